"""Frame: what belongs to every page, whichever room made it: where its live news begins, and where htmx is led."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.models import Person
from live import notices
from web.decorators import SAFE_METHODS

API_PREFIXES = ("/api/", "/1/", "/health")  # who asks there shows no page

type GetResponse = Callable[[HttpRequest], HttpResponse]


class PageRequest(HttpRequest):
    htmx: HtmxDetails
    live_after: int


def newest_notice(get_response: GetResponse) -> GetResponse:
    """Read the newest notice before the page reads anything: what comes while it is made is told again, not lost."""

    def answer(request: PageRequest) -> HttpResponse:
        is_page = request.method == "GET" and not request.htmx and not request.path.startswith(API_PREFIXES)
        if is_page and isinstance(person := request.user, Person):
            request.live_after = notices.newest_sequences([person.pk])[person.pk]
        return get_response(request)

    return answer  # type: ignore[return-value]  # Django's own middleware has put htmx there


def htmx_redirects(get_response: GetResponse) -> GetResponse:
    """A redirect moves the whole page, not the part that htmx asked for; after signing in one is back at the page.

    Where a form was sent, its room has said already which page that is: the item that was decided, not the next one.
    """

    def answer(request: PageRequest) -> HttpResponse:
        response = get_response(request)
        if not request.htmx or response.status_code not in {301, 302, 303}:
            return response
        goal = response["Location"]
        if urlsplit(goal).path == resolve_url(settings.LOGIN_URL) and request.method in SAFE_METHODS:
            here = request.htmx.current_url_abs_path or settings.LOGIN_REDIRECT_URL
            goal = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': here})}"
        return HttpResponseClientRedirect(goal)

    return answer  # type: ignore[return-value]  # as above
