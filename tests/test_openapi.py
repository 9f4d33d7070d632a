"""docs/api/openapi.yaml matches the code."""

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

from config import BASE_DIR

OPENAPI_FILE = BASE_DIR / "docs" / "api" / "openapi.yaml"


@pytest.mark.django_db
def test_the_written_api_matches_the_code() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)

    validate_schema(schema)
    assert not GENERATOR_STATS, "drf-spectacular does not understand a view; run manage.py spectacular"
    generated = OpenApiYamlRenderer().render(schema, renderer_context={}).decode()
    assert generated == OPENAPI_FILE.read_text(), "run `make openapi`"
