"""Hold the door of the API: a bounded number of requests a minute for each person, for all processes together."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from web import rate_limits


class UserRateThrottle(BaseThrottle):
    """One statement a request. Who is not signed in is refused by the permissions, and counted by address."""

    def allow_request(self, request: Request, view: Any) -> bool:
        who = request.user.pk or self.get_ident(request)
        self.rate = rate_limits.hit(f"api:{who}", settings.API_REQUESTS_PER_MINUTE, 60)
        return self.rate.allowed

    def wait(self) -> float:
        return self.rate.reset_in
