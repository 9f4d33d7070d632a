"""The pages that a studio starts with: the choice of a studio, and its overview."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.decorators import login_required
from accounts.requests import AuthenticatedHttpRequest
from artists.artist_grants import find_obstacles
from artists.studio.access import Studio, artist_memberships, team_member_required
from artists.studio.overview import list_program_rows, list_programs, list_tasks
from artists.studio.sent import list_settled_drafts
from artists.studio.statistics import get_statistics

RECENT_DRAFTS = 3


@require_safe
@never_cache
@login_required
def choose_studio(request: AuthenticatedHttpRequest) -> HttpResponse:
    """List the person's studios, or open the only one."""
    memberships = artist_memberships(request.user)
    if len(memberships) == 1:
        return redirect("studio", slug=memberships[0].team.artist.slug)
    return render(request, "studio/studios.html", {"memberships": memberships})


@require_safe
@team_member_required
def overview(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """Show tasks, the last deliveries, statistics and programs."""
    programs = list(list_programs(studio))
    obstacles = find_obstacles(studio.artist, programs)
    recently_sent, _ = list_settled_drafts(studio.artist, size=RECENT_DRAFTS)
    return studio.render(
        request,
        "studio/overview.html",
        tasks=list_tasks(studio, programs, obstacles),
        recently_sent=recently_sent,
        statistics=get_statistics(studio.artist),
        programs=list_program_rows(programs, obstacles),
    )


@require_safe
@team_member_required
def show_tasks(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """Render the tasks alone, for an open page that updates itself."""
    tasks = list_tasks(studio, list(list_programs(studio)), find_obstacles(studio.artist))
    return studio.render(request, "studio/overview.html#tasks", tasks=tasks)
