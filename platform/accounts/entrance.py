"""Enter: whoever is signed in. Who is not signs in first, and comes back to a page, never to where a form was sent."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.models import Person

SAFE = ("GET", "HEAD")
DEEPEST = 12
"""Segments: no address of the house has more, and a made-up one shall not cost more to look at."""
LOST = "You were signed out, so nothing was changed. Sign in, then do it again."


def signed_in[R: HttpRequest, **P](view: Callable[Concatenate[R, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """A page, or the form of one, of somebody who is signed in."""

    @wraps(view)
    def page(request: HttpRequest, *args: P.args, **where: P.kwargs) -> HttpResponse:
        if not isinstance(request.user, Person):
            return to_the_door(request)
        return view(cast(R, request), *args, **where)

    return page


def posted[View: Callable[..., Any]](view: View) -> View:
    """Where a form is sent, and nobody can look: what it answers with stands at an address that cannot be opened."""
    only_sent: Any = require_POST(view)
    only_sent.posted = True
    return cast(View, only_sent)


def to_the_door(request: HttpRequest) -> HttpResponse:
    """Sign in first. Who sent a form learns that it did nothing."""
    if request.method not in SAFE:
        messages.warning(request, LOST)
    return redirect_to_login(way_back(request))


def way_back(request: HttpRequest) -> str:
    """Where one goes on after signing in: this very page; for a form the page that it stood on, else the front door."""
    if request.method in SAFE:
        return request.get_full_path()
    stood = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(stood, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    address = urlsplit(stood)
    page = nearest(address.path)
    return f"{page}?{address.query}" if address.query and page == address.path else page


def nearest(path: str) -> str:
    """This address, or the first on the way up that can be opened; at the top the front door.

    /settings for what was shown at /settings/tokens, where a form is only sent to.
    """
    path = "/".join(path.split("/")[:DEEPEST])
    while path.startswith("/") and not path.startswith("//"):
        for each in (path, f"{path}/"):
            try:
                view = resolve(each).func
            except Resolver404:
                continue
            if not hasattr(view, "posted"):
                return each
        path = path.rpartition("/")[0]
    return "/"
