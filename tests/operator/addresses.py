"""Addresses of the operator's window."""

from typing import Any

from django.contrib.admin.utils import quote
from django.urls import reverse

from config.admin.site import site

MODELS = sorted(site._registry, key=lambda model: model._meta.label)
MODEL_NAMES = [model._meta.label_lower for model in MODELS]
INDEX = "/operator/"
VIEWS = {"changelist": "get", "change": "get", "add": "get", "delete": "get", "reveal": "post", "find": "post"}
"""Of each model, with the method that it is asked by."""
URL_NAMES = {
    "index",
    "app_list",
    *(f"{model._meta.app_label}_{model._meta.model_name}_{view}" for model in MODELS for view in VIEWS),
}
REASON = {"reason": "fan_asked", "case": "SUP-12"}


def address(view: str, found: Any) -> str:
    """Of a view of one object, or of its model: `change`, `reveal`, `delete`, `changelist`, `add` or `find`."""
    opts = found._meta
    of_object = view in {"change", "reveal", "delete"}
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{view}", args=[quote(found.pk)] if of_object else [])
