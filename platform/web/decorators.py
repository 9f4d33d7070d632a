"""Decorators of views that know no person."""

from collections.abc import Callable
from typing import Any, cast

from django.views.decorators.http import require_POST

SAFE_METHODS = ("GET", "HEAD")


def post_only[View: Callable[..., Any]](view: View) -> View:
    """Accept POST only, and mark the view, so that nobody is redirected to its address."""
    decorated: Any = require_POST(view)
    decorated.posted = True
    return cast(View, decorated)
