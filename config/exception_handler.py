"""The API's exception handler: which exception gets which HTTP status. The sentence is the exception's own."""

from typing import Any

from django.db import InterfaceError, OperationalError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.exceptions import NotAllowed, ReauthenticationRequired
from artists.exceptions import AlreadyDecided, DraftNotFound, InvalidRequest, Stale, Uncleared

STATUS_BY_EXCEPTION: dict[type[Exception], int] = {
    InvalidRequest: 400,
    NotAllowed: 403,
    ReauthenticationRequired: 403,
    DraftNotFound: 404,
    AlreadyDecided: 409,
    Stale: 409,
    Uncleared: 409,
    OperationalError: 503,
    InterfaceError: 503,
}
DATABASE_UNAVAILABLE = "The database is away for a moment. Nothing was half done; try again."


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler, with our exceptions. `code` is for programs: the exception's `code`, or its name."""
    for kind, status in STATUS_BY_EXCEPTION.items():
        if isinstance(error, kind):
            detail = DATABASE_UNAVAILABLE if status == 503 else str(error)
            return Response(
                {"detail": detail, "code": getattr(error, "code", None) or type(error).__name__}, status=status
            )
    return exception_handler(error, context)
