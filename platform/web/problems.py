"""Problem details (RFC 9457): the body of every error of the API."""

from http import HTTPStatus
from typing import Any

NOTHING_HERE = "There is nothing at this address, or it is not yours to see."
CONTENT_TYPE = "application/problem+json"


def problem_details(status: int, detail: str, code: str, **more: Any) -> dict[str, Any]:
    """`detail` is a sentence for people and `code` a word for programs. It names the kind, so `type` is blank."""
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code, **more}
