"""Middleware for every request: null characters, caches, gzip, time zones, htmx redirects, notices, error pages."""

import logging
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest, MiddlewareNotUsed, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import resolve_url
from django.urls import Resolver404
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.models import Person
from config import views
from live import notices
from web.decorators import SAFE_METHODS
from web.redirects import nearest_page

logger = logging.getLogger(__name__)

type GetResponse = Callable[[HttpRequest], HttpResponse]


class PageRequest(HttpRequest):
    """A request after Django's, allauth's and django-htmx' middleware and `newest_notice`."""

    htmx: HtmxDetails
    live_after: int


def reject_null_characters(get_response: GetResponse) -> GetResponse:
    """Answer 400 to a path with a null character, and drop cookies that contain one: PostgreSQL stores no such text.

    Views check the query and form fields that they read.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        for name in [name for name, value in request.COOKIES.items() if "\0" in value]:
            del request.COOKIES[name]
        if "\0" in request.path:
            return views.bad_request(request, BadRequest("null character in the path"))
        return get_response(request)

    return middleware


def uncached_api(get_response: GetResponse) -> GetResponse:
    """Keep the answers of our APIs out of every cache, unless the view says something else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if views.is_api_request(request.path):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


class CompressedPages(GZipMiddleware):
    """Compress pages. Everything else stays as it is: media come in ranges, static files are compressed beforehand.

    Django adds random bytes, so that the size tells an attacker nothing about a secret in the page (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)


def time_zone_of_reader(get_response: GetResponse) -> GetResponse:
    """Write the times of a page in the time zone of the person who reads it. Programs get UTC."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not views.may_be_page(request.path) or not isinstance(person := request.user, Person):
            return get_response(request)
        with timezone.override(person.zone):
            return get_response(request)

    return middleware


def forms_in_place(get_response: GetResponse) -> GetResponse:
    """Answer a form that stays in its page (hx-boost) with the page, as if the browser had sent it.

    The browser follows a redirect to the same page by itself, and htmx takes the new parts out of it. A redirect to
    another page moves the whole page.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.META.get("HTTP_HX_BOOSTED") != "true":
            return get_response(request)
        request.META.pop("HTTP_HX_REQUEST", None)
        response = get_response(request)
        if response.status_code not in {301, 302, 303}:
            # htmx pushes the address of every boosted form, whatever its hx-push-url says. A page with an error would
            # then be at an address that only takes forms.
            response["HX-Push-Url"] = "false"
            return response
        current_path = urlsplit(request.META.get("HTTP_HX_CURRENT_URL", "")).path
        is_same_page = urlsplit(response["Location"]).path == current_path
        return response if is_same_page else HttpResponseClientRedirect(response["Location"])

    return middleware


def htmx_redirects(get_response: GetResponse) -> GetResponse:
    """Let a redirect move the whole page, not the part that htmx asked for. After sign-in, return to that page.

    Only a GET is sent back to the page that is open now. For a form, the view has named the page to return to.
    """

    def middleware(request: PageRequest) -> HttpResponse:
        response = get_response(request)
        if not request.htmx or response.status_code not in {301, 302, 303}:
            return response
        location = response["Location"]
        if urlsplit(location).path == resolve_url(settings.LOGIN_URL) and request.method in SAFE_METHODS:
            current_page = request.htmx.current_url_abs_path or settings.LOGIN_REDIRECT_URL
            location = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': current_page})}"
        return HttpResponseClientRedirect(location)

    return middleware  # type: ignore[return-value]  # Django's own middleware has added htmx to the request


def newest_notice(get_response: GetResponse) -> GetResponse:
    """Read the newest notice before the page reads anything else. The page's socket then misses nothing."""

    def middleware(request: PageRequest) -> HttpResponse:
        is_page = request.method == "GET" and not request.htmx and views.may_be_page(request.path)
        if is_page and isinstance(person := request.user, Person):
            request.live_after = notices.newest_sequences([person.pk])[person.pk]
        return get_response(request)

    return middleware  # type: ignore[return-value]  # as above


def method_not_allowed_page(get_response: GetResponse) -> GetResponse:
    """Show people a page with a link onward when they open a URL that only accepts a form."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or views.is_api_request(request.path):
            return response
        page = views.method_not_allowed(request, nearest_page(request.path.rstrip("/").rpartition("/")[0]))
        response.content = page.content  # the same response object: it keeps Allow, and Django logs it once
        response["Content-Type"] = page["Content-Type"]
        return response

    return middleware


class DebugErrorPages:
    """With DEBUG on, show our own pages for 404 and 400, because people judge the product by the demo.

    A view that breaks still shows Django's debug page, which helps whoever repairs it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        if not settings.DEBUG:
            raise MiddlewareNotUsed  # Django calls our handlers itself
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 404 and request.resolver_match is None:  # Django would list all URL patterns
            return views.page_not_found(request, Resolver404())
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for a view that raised Http404, BadRequest or SuspiciousOperation; None for anything else."""
        if isinstance(exception, Http404):
            return views.page_not_found(request, exception)
        if isinstance(exception, BadRequest | SuspiciousOperation):
            logger.warning("%s: %s", type(exception).__name__, exception)
            return views.bad_request(request, exception)
        return None
