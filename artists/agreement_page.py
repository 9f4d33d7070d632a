"""The agreement pages of artists and of rightsholders: the list, one version, and accepting and ending it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.exceptions import NotAllowed
from accounts.requests import AuthenticatedHttpRequest
from artists import agreement_answers
from artists.agreement_papers import Paper, group_by_agreement, list_signatures, measure_end, run_dry_stored
from artists.agreement_split import draw_stored_split
from artists.label.access import Label
from artists.studio.access import Studio
from rights import agreement_versions
from rights.agreement_versions import Reading, State
from rights.exceptions import RightsError
from rights.models import AgreementVersion, Party
from web.pagination import cursor_or_start, paginate
from web.parsers import parse_integer

PAGE_SIZE = 40
ACCEPTED = {
    State.PROPOSED: "Accepted. It begins when everybody has accepted.",
    State.PLANNED: "Everybody has accepted. It begins on its first day.",
    State.IN_FORCE: "Everybody has accepted. It is in force.",
}


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """The page of one version for one of its parties. `host` renders the pages of that party."""

    host: Studio | Label
    party: Party
    reading: Reading
    template: str
    url: str
    section: str
    """The URL name of the list, which the navigation shows as current."""


def list_versions(request: AuthenticatedHttpRequest, party: Party) -> dict[str, Any]:
    """The versions that name this party, newest first, by agreement."""
    before = cursor_or_start(request.GET.get("before", ""), AgreementVersion, None)
    page = paginate(agreement_versions.list_of(party), field=None, before=before, size=PAGE_SIZE)
    groups = group_by_agreement(agreement_versions.read(page.items))
    return {"groups": groups, "party": party, "older": page.older}


def show(
    request: AuthenticatedHttpRequest, page: AgreementPage, *, problem: str = "", status: int = 200
) -> HttpResponse:
    """Show its paper, who accepted it, while it is proposed its dry run, and with `end` what its end stops.

    `song` in the address is the id of the song for which the split is shown.
    """
    reading, party = page.reading, page.party
    may_end, song = page.host.may_manage and reading.is_live, parse_integer(request.GET.get("song"))
    dry_run = run_dry_stored(reading, party, song=song)
    members = [each.party for each in reading.parties]
    split = dry_run.split if dry_run else draw_stored_split(reading.version, members, party, song=song)
    return page.host.render(
        request,
        page.template,
        status=status,
        section=page.section,
        reading=reading,
        version=reading.version,
        party=party,
        paper=Paper(reading.version.wording, split, reading.version),
        signatures=list_signatures(reading),
        dry_run=dry_run,
        is_waiting=reading.waits_for(party),
        may_end=may_end,
        ending=measure_end(reading, party) if may_end and "end" in request.GET else None,
        problem=problem,
    )


def accept(request: AuthenticatedHttpRequest, page: AgreementPage) -> HttpResponse:
    """Accept for the party, with a recent password, and say what follows."""

    def change() -> str:
        return ACCEPTED.get(agreement_answers.accept(request, page.reading, page.party).state, "Accepted.")

    return _apply(request, page, change)


def end(request: AuthenticatedHttpRequest, page: AgreementPage) -> HttpResponse:
    """End it, or take back or refuse the proposal, and say what follows."""

    def change() -> str:
        was_proposed = page.reading.state == State.PROPOSED
        agreement_answers.end(request, page.reading, page.party)
        if was_proposed:
            return "The proposal is closed. Nothing was permitted by it."
        return "Ended. Nothing new is made from it."

    return _apply(request, page, change)


def _apply(request: AuthenticatedHttpRequest, page: AgreementPage, change: Callable[[], str]) -> HttpResponse:
    try:
        message = change()
    except (NotAllowed, RightsError) as error:
        return show(request, page, problem=str(error), status=409)
    messages.success(request, message)
    return redirect(page.url)
