"""Exceptions of the API that no app owns."""

from http import HTTPStatus

from rest_framework.exceptions import ValidationError


class Conflict(ValidationError):
    """What was sent is valid, but it does not fit what is stored. Like a ValidationError, it says which field."""

    status_code = HTTPStatus.CONFLICT
    default_code = "conflict"
