"""The API's exception handler: which exception gets which HTTP status. The sentence is the exception's own."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.exceptions import NotAllowed, ReauthenticationRequired, TokenRefused
from artists.exceptions import AlreadyDecided, DraftNotFound, InvalidRequest, NotOffered, Stale, Uncleared
from billing.exceptions import InvalidTerms, NotAgreed, PaymentsOff, ProviderError
from billing.exceptions import Refused as NotSold
from rights.exceptions import RightsError
from rights.imports.exceptions import ImportRefused
from trust.exceptions import AlreadyReported, ReportRefused
from web import problems
from web.exceptions import Conflict

STATUS_BY_EXCEPTION: dict[type[Exception], int] = {
    InvalidRequest: 400,
    TokenRefused: 409,
    NotAllowed: 403,
    RightsError: 409,
    ReauthenticationRequired: 403,
    DraftNotFound: 404,
    AlreadyDecided: 409,
    NotOffered: 409,
    Stale: 409,
    Uncleared: 409,
    ImportRefused: 409,
    InvalidTerms: 400,
    NotAgreed: 400,
    NotSold: 409,
    PaymentsOff: 409,
    ProviderError: 503,
    ReportRefused: 400,
    AlreadyReported: 409,
    OperationalError: 503,
    InterfaceError: 503,
}
PROVIDER_UNAVAILABLE = "The payment service does not answer at the moment. Try again in a minute."
DATABASE_UNAVAILABLE = "The database is away for a moment. Nothing was half done; try again."
INVALID_FIELDS = "Something that was sent cannot be used, and nothing was changed. `errors` says what."


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler, with our exceptions and problem details (RFC 9457) as body.

    `code` is for programs: the exception's `code`, or its name. `errors` has the sentences of each invalid field.
    """
    status = next((status for kind, status in STATUS_BY_EXCEPTION.items() if isinstance(error, kind)), None)
    if status:
        if isinstance(error, ProviderError):  # its own words and code are the provider's, for the log
            return _problem_response(status, PROVIDER_UNAVAILABLE, type(error).__name__)
        detail = DATABASE_UNAVAILABLE if status == 503 else str(error)
        code = getattr(error, "code", None) or type(error).__name__
        return _problem_response(status, detail, code)
    response = exception_handler(error, context)
    if response is None:
        return None
    response.data, response.content_type = _describe(error, response), problems.CONTENT_TYPE
    return response


def _describe(error: Exception, response: Response) -> dict[str, Any]:
    """The problem details of an exception of DRF or Django."""
    if isinstance(error, ValidationError):
        code = "Conflict" if isinstance(error, Conflict) else "Invalid"
        errors = _errors_by_field(response.data)
        return problems.problem_details(response.status_code, INVALID_FIELDS, code, errors=errors)
    name = {Http404: "NotFound", PermissionDenied: "NotAllowed"}.get(type(error))
    detail = problems.NOTHING_HERE if type(error) is Http404 else response.data["detail"]  # Django's names the model
    return problems.problem_details(response.status_code, detail, name or type(error).__name__)


def _errors_by_field(errors: Any) -> dict[str, Any]:
    """What is wrong with each field: a list of sentences, or the same for the fields within it."""
    if not isinstance(errors, dict):
        return {"non_field_errors": errors}
    return {name: each if isinstance(each, dict | list) else [each] for name, each in errors.items()}


def _problem_response(status: int, detail: str, code: str) -> Response:
    body = problems.problem_details(status, detail, code)
    return Response(body, status=status, content_type=problems.CONTENT_TYPE)
