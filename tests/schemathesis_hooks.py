"""What schemathesis adds to each request of tests/test_api_conformance.py."""

from typing import Any

import schemathesis

CSRF_TOKEN = "a" * 32


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Send the token against forged requests. It is no part of the schema: browsers alone need it."""
    case.headers["X-CSRFToken"] = CSRF_TOKEN
    case.cookies["csrftoken"] = CSRF_TOKEN
