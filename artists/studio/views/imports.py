"""Catalogue files that rightsholders imported: what came in of the artist's songs, and shares to confirm together."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from accounts.reauthentication import did_recently_authenticate
from accounts.requests import AuthenticatedHttpRequest
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.imports import ImportedPage, list_named, list_news, news_of
from rights.exceptions import Recounted
from rights.imports import named_claims
from rights.models import Party
from web.decorators import post_only
from web.parsers import parse_integer


@require_safe
@team_member_required
def list_imports(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """List what labels and publishers imported, and what waits for the artist's yes."""
    return _render_list(request, studio)


@require_safe
@team_member_required
def show_import(request: AuthenticatedHttpRequest, studio: Studio, import_id: int) -> HttpResponse:
    """Show which of the artist's songs one import added or changed. `after` is the number of a line."""
    news = get_object_or_404(news_of(studio.artist), catalog_import=import_id)
    page = ImportedPage(news, parse_integer(request.GET.get("after")) or 0)
    return studio.render(request, "studio/import.html", section="songs", page=page, news=news)


@post_only
@team_member_required
def confirm_import(request: AuthenticatedHttpRequest, studio: Studio, import_id: int) -> HttpResponse:
    """Confirm all shares that one import names for the artist, with a recent password."""
    party = get_object_or_404(Party, artist=studio.artist)
    brought = get_object_or_404(named_claims.list_imports(party), pk=import_id)
    waiting, fresh = parse_integer(request.POST.get("waiting")) or 0, did_recently_authenticate(request)
    try:
        confirmed = named_claims.confirm_all(party, brought, waiting=waiting, by=request.user, fresh=fresh)
    except (*USER_ERRORS, Recounted) as error:
        return _render_list(request, studio, problem=str(error), status=error_status(error))
    messages.success(request, f"{confirmed:,} confirmed.")
    return redirect(studio.url("studio-imports"))


def _render_list(
    request: AuthenticatedHttpRequest, studio: Studio, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"imports": list_news(studio.artist), "named": list_named(studio.artist), "problem": problem}
    return studio.render(request, "studio/imports.html", section="songs", status=status, **context)
