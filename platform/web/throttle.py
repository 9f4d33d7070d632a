"""Limit the requests to the API."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from web import rate_limits
from web.client_address import limit_key


class UserRateThrottle(BaseThrottle):
    """Allows API_REQUESTS_PER_MINUTE requests a minute to each user, or to each IP address without a user."""

    def allow_request(self, request: Request, view: Any) -> bool:
        key = request.user.pk or limit_key(request.META["REMOTE_ADDR"])
        self.status = rate_limits.hit(f"api:{key}", settings.API_REQUESTS_PER_MINUTE, 60)
        return self.status.allowed

    def wait(self) -> float:
        return self.status.reset_in
