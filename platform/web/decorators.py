"""Decorators for views with and without a signed-in person."""

from collections.abc import Callable
from typing import Any, cast

from django.views.decorators.http import require_POST

SAFE_METHODS = ("GET", "HEAD")


def post_only[View: Callable[..., Any]](view: View) -> View:
    """Accept POST only, and mark the view, so that `web.redirects` sends nobody to its URL."""
    decorated: Any = require_POST(view)
    decorated.post_only = True
    return cast(View, decorated)
