"""The view that serves the API's schema."""

import threading
from functools import cache

from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

_lock = threading.Lock()


class SchemaView(SpectacularAPIView):
    """Serve the schema as YAML or JSON. It is the same for everybody, and each process builds it once."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: object, **kwargs: object) -> HttpResponse:
        media_type = request.accepted_renderer.media_type
        with _lock:  # of several first requests, one builds it
            content = _render(media_type)
        return HttpResponse(content, content_type=media_type)


@cache
def _render(media_type: str) -> str | bytes:
    [renderer] = [each() for each in SchemaView.renderer_classes if each.media_type == media_type]
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return renderer.render(schema, renderer_context={})
