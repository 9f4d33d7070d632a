"""The pages that belong to no room: the front door, health, and what is said when something is not there."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html")


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when this process can reach the database, else 503. For load balancers; says nothing more."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ok": False}, status=503)
    return JsonResponse({"ok": True})


def failure(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """A page for a person; JSON for a program that asked the API."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": sentence}, status=status)
    return render(request, "failure.html", {"status": status, "sentence": sentence}, status=status)


def not_there(request: HttpRequest, exception: Exception) -> HttpResponse:
    return failure(request, 404, "There is nothing at this address, or it is not yours to see.")


def went_wrong(request: HttpRequest) -> HttpResponse:
    return failure(request, 500, "That did not go through. Nothing was half done.")
