"""The API as it is written down is the API as it is."""

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

from config import BASE_DIR

OPENAPI_FILE = BASE_DIR / "docs" / "api" / "openapi.yaml"


@pytest.mark.django_db
def test_the_written_api_is_what_the_code_offers() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)

    validate_schema(schema)
    assert not GENERATOR_STATS, "drf-spectacular could not see through a view; run manage.py spectacular"
    said = OpenApiYamlRenderer().render(schema, renderer_context={}).decode()
    assert said == OPENAPI_FILE.read_text(), "run `make openapi`"
