"""Serve static files, each read whole, because WhiteNoise's chunks would cost an ASGI round trip each."""

from io import BytesIO

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import Redirect, StaticFile


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise has no types
    """WhiteNoise with a different `serve`."""

    @staticmethod
    def serve(static_file: StaticFile | Redirect, request: HttpRequest) -> HttpResponse:
        """The response for a file or a range of it. Our largest file has about 100 kB."""
        file_response = static_file.get_response(request.method, request.META)
        with file_response.file or BytesIO() as file:
            response = HttpResponse(file.read(), status=int(file_response.status))
        del response["Content-Type"]
        for name, value in file_response.headers:
            response[name] = value
        return response
