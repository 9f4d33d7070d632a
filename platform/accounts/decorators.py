"""Require a signed-in person, or one of the staff. Who is signed out goes to the sign-in page."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from accounts.models import Person
from accounts.requests import AuthenticatedHttpRequest
from web.decorators import SAFE_METHODS
from web.redirects import return_url

SIGNED_OUT_MESSAGE = "You were signed out, so nothing was changed. Sign in, then do it again."


def login_required[R: HttpRequest, A: HttpResponseBase, **P](
    view: Callable[Concatenate[R, P], A],
) -> Callable[..., A | HttpResponse]:
    """Call the view for a signed-in person; its request has a `Person` as user."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> A | HttpResponse:
        if not isinstance(request.user, Person):
            return redirect_to_sign_in(request)
        return view(cast(R, request), *args, **kwargs)

    return wrapper


def staff_required[**P](
    view: Callable[Concatenate[AuthenticatedHttpRequest, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Call the view for staff. Everybody else who is signed in gets a 404: they need not know that the page exists."""

    @wraps(view)
    @login_required
    def wrapper(request: AuthenticatedHttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return wrapper


def redirect_to_sign_in(request: HttpRequest, next_url: str | None = None, *, warn: bool = True) -> HttpResponse:
    """Redirect to the sign-in page; `next_url` is opened afterwards (default: the page the person was on).

    After a form was sent, a message says that nothing was changed, unless `warn` is False.
    """
    if warn and request.method not in SAFE_METHODS:
        messages.warning(request, SIGNED_OUT_MESSAGE)
    return redirect_to_login(next_url or return_url(request))
