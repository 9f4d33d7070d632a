"""Ask: what a page's view is handed: a request of somebody who is signed in, which htmx may have sent."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import Person


class AuthenticatedHttpRequest(HttpRequest):
    htmx: HtmxDetails
    user: Person
