"""Requests whose person is known: the type for pages, and `get_person`, which the API asks too."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from accounts.models import Person


class AuthenticatedHttpRequest(HttpRequest):
    """The request of a view below `login_required`, with the details that htmx sends."""

    htmx: HtmxDetails
    user: Person


def get_person(request: Request | HttpRequest) -> Person:
    """The signed-in person of a request."""
    assert isinstance(request.user, Person)
    return request.user
