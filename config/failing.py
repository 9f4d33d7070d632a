"""Fail: whoever refuses, a person reads a page of this house, where Django answers with nothing or with its own."""

import logging

from django.conf import settings
from django.core.exceptions import BadRequest, MiddlewareNotUsed, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import Resolver404

from config import views
from config.middleware import API_PREFIXES, GetResponse
from web.redirects import nearest_page

logger = logging.getLogger(__name__)


def no_page(get_response: GetResponse) -> GetResponse:
    """Where only a button leads, who comes by the address bar or back from signing in is told so, and led on."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or request.path.startswith(API_PREFIXES):
            return response
        page = views.method_not_allowed(request, nearest_page(request.path.rstrip("/").rpartition("/")[0]))
        response.content = page.content  # it stays the same answer, with its Allow, and is logged once
        response["Content-Type"] = page["Content-Type"]
        return response

    return answer


class InDemo:
    """With DEBUG too, for people judge us by the demo: Django's own 404 and 400 show them its insides instead.

    What breaks keeps Django's page there: it is for whoever mends it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        if not settings.DEBUG:
            raise MiddlewareNotUsed  # Django asks our handlers itself
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 404 and request.resolver_match is None:  # no view: Django's list of addresses
            return views.page_not_found(request, Resolver404())
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Of a view."""
        if isinstance(exception, Http404):
            return views.page_not_found(request, exception)
        if isinstance(exception, BadRequest | SuspiciousOperation):
            logger.warning("%s: %s", type(exception).__name__, exception)
            return views.bad_request(request, exception)
        return None
