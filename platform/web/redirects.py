"""Choose the page to return to after a sign-in or an error."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

from web.decorators import SAFE_METHODS

MAX_PATH_SEGMENTS = 12
"""No URL of ours has more. The limit bounds the work for an invented URL."""


class SeeOther(HttpResponseRedirect):
    """The form was received; what follows is fetched, at an address that may be another site's."""

    status_code = 303


def return_url(request: HttpRequest) -> str:
    """The URL to open after signing in: the page itself, or for a form the page that held it, or "/"."""
    if request.method in SAFE_METHODS:
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(referer)
    page = nearest_page(parts.path)
    return f"{page}?{parts.query}" if parts.query and page == parts.path else page


def nearest_page(path: str) -> str:
    """The path itself if it can be opened, else its nearest parent that can, else "/".

    For example /settings for /settings/tokens, which only accepts a form.
    """
    path = "/".join(path.split("/")[:MAX_PATH_SEGMENTS])
    while path.startswith("/") and not path.startswith("//"):
        for candidate in (path, f"{path}/"):
            try:
                view = resolve(candidate).func
            except Resolver404:
                continue
            if not hasattr(view, "post_only"):
                return candidate
        path = path.rpartition("/")[0]
    return "/"
