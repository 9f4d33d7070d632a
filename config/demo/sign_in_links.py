"""Links that sign in one person of the demo without a password: once, for some hours, and only with DEBUG on.

The secret of a link is also stored, because the signing key is public while DEBUG is on: with the signature alone,
anybody could make a link. Such a session still asks for the password before it signs a program.
"""

import secrets
from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import login
from django.core.cache import cache
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import Person, Team
from audit import trail
from audit.actors import SystemActor
from config import views

LINK_LIFETIME = timedelta(hours=8)
SALT = "config.demo.sign_in_links"
EXPIRED_MESSAGE = (
    "This link has done its work, or its time is over. The demo prints new ones when it starts; or sign in by hand."
)


class DemoLinksDisabled(Exception):
    """DEBUG is off."""


def create_link(person: Person, *, lasts: timedelta = LINK_LIFETIME) -> str:
    """The path of a new link. Raises DemoLinksDisabled with DEBUG off."""
    if not settings.DEBUG:
        raise DemoLinksDisabled("Links that sign in without a password need DEBUG=1.")
    secret = secrets.token_urlsafe(24)
    cache.set(_cache_key(secret), str(person.pk), timeout=lasts.total_seconds())
    return f"/demo/{TimestampSigner(salt=SALT).sign(secret)}"


@never_cache
@require_GET
def sign_in(request: HttpRequest, key: str) -> HttpResponse:
    """Sign in whoever opens a valid link. Raises Http404 with DEBUG off, when config/urls.py has no such URL."""
    if not settings.DEBUG:
        raise Http404
    person = _redeem(key)
    if person is None:
        return views.error_page(request, HTTPStatus.GONE, "This link is over", EXPIRED_MESSAGE)
    with transaction.atomic():
        trail.record("demo.came_in", by=SystemActor.DEMO, subject=person.actor)
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect(_start_path(person))


def _redeem(key: str) -> Person | None:
    """The person of a valid link, which is used up by this. Of two requests at once, only one gets the person."""
    try:
        secret = TimestampSigner(salt=SALT).unsign(key, max_age=LINK_LIFETIME)
    except BadSignature:
        return None
    pk = cache.get(_cache_key(secret))
    if pk is None or not cache.delete(_cache_key(secret)):
        return None
    return Person.objects.filter(pk=pk, is_active=True).first()


def _cache_key(secret: str) -> str:
    return f"demo link {secret}"


def _start_path(person: Person) -> str:
    """The path of the page where this person works."""
    team = Team.objects.filter(members__person=person).select_related("artist").order_by("members__pk").first()
    if team:
        return f"/studio/{team.artist.slug}/" if hasattr(team, "artist") else "/label/"
    return "/desk/reports" if person.is_staff else "/"
