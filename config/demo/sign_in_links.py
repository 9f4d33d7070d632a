"""Come in: a link that signs one person of the demo in, once, soon, and only where DEBUG is on.

Signed, and its secret is kept beside it: what signs is known to everybody while DEBUG is on, so the signature alone
would let anybody write such a link. It is no password: whoever came in by it types one before they sign anything.
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

from accounts.models import Person
from audit import trail
from config import views

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LINK_LIFETIME = timedelta(hours=8)
SALT = "config.demo.sign_in_links"
EXPIRED_MESSAGE = (
    "This link has done its work, or its time is over. The demo prints new ones when it starts; or sign in by hand."
)


class DemoLinksDisabled(Exception):
    """Such links exist on one's own machine alone."""


def create_link(person: Person, *, lasts: timedelta = LINK_LIFETIME) -> str:
    """The path of a new link. Raises NotHere with DEBUG off."""
    if not settings.DEBUG:
        raise DemoLinksDisabled("A link that signs in without a password is for DEBUG=1 only.")
    secret = secrets.token_urlsafe(24)
    cache.set(_cache_key(secret), str(person.pk), timeout=lasts.total_seconds())
    return f"/demo/{TimestampSigner(salt=SALT).sign(secret)}"


@never_cache
@require_GET
def sign_in(request: HttpRequest, key: str) -> HttpResponse:
    """The address of such a link; registered in config/urls.py with DEBUG on, and refused here without it."""
    if not settings.DEBUG:
        raise Http404
    person = _redeem(key)
    if person is None:
        return views.error_page(request, HTTPStatus.GONE, "This link is over", EXPIRED_MESSAGE)
    with transaction.atomic():
        trail.record("demo.came_in", by="system:demo", subject=person.actor)
    login(request, person, backend=BACKEND)
    return redirect(_start_path(person))


def _redeem(key: str) -> Person | None:
    """Who it signs in. Of two that come with the same link at once, only one takes it."""
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
    """Where this person's work is."""
    member = person.memberships.select_related("team__artist").order_by("pk").first()
    if member:
        return f"/studio/{member.team.artist.slug}/"
    return "/desk/reports" if person.is_staff else "/"
