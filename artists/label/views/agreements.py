"""The agreements of a rightsholder: the list, one version with its dry run, and accepting and ending it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts.exceptions import NotAllowed
from accounts.requests import AuthenticatedHttpRequest
from artists import agreement_answers
from artists.agreement_papers import Paper, group_by_agreement, list_signatures, measure_end, run_dry_stored
from artists.label.access import Label, label_member_required
from rights import agreement_versions
from rights.agreement_versions import Reading, State
from rights.exceptions import RightsError
from rights.models import AgreementVersion, Party
from web.decorators import post_only
from web.pagination import cursor_or_start, paginate

PAGE_SIZE = 40
DONE = {
    State.PROPOSED: "Accepted. It begins when everybody has accepted.",
    State.PLANNED: "Everybody has accepted. It begins on its first day.",
    State.IN_FORCE: "Everybody has accepted. It is in force.",
}


@label_member_required
def list_agreements(request: AuthenticatedHttpRequest, label: Label) -> HttpResponse:
    """Show the versions that name this rightsholder, newest first, by agreement."""
    before = cursor_or_start(request.GET.get("before", ""), AgreementVersion, None)
    page = paginate(agreement_versions.list_of(label.party), field=None, before=before, size=PAGE_SIZE)
    groups = group_by_agreement(agreement_versions.read(page.items))
    return label.render(request, "label/agreements.html", groups=groups, older=page.older)


@label_member_required
def show_agreement(request: AuthenticatedHttpRequest, label: Label, version_id: int) -> HttpResponse:
    """Show one version: its paper, who accepted it, and while it is proposed its dry run."""
    return _render_agreement(request, label, get_reading_or_404(label.party, version_id))


@post_only
@label_member_required
def accept_agreement(request: AuthenticatedHttpRequest, label: Label, version_id: int) -> HttpResponse:
    """Accept the version as it stands, with a recent password."""
    reading = get_reading_or_404(label.party, version_id)
    return _apply(request, label, reading, lambda: accept(request, reading, label.party))


@post_only
@label_member_required
def end_agreement(request: AuthenticatedHttpRequest, label: Label, version_id: int) -> HttpResponse:
    """End the version, or take back or refuse the proposal."""
    reading = get_reading_or_404(label.party, version_id)
    return _apply(request, label, reading, lambda: end(request, reading, label.party))


def get_reading_or_404(party: Party, version_id: int) -> Reading:
    """A version that names this party."""
    return agreement_versions.read([get_object_or_404(agreement_versions.list_of(party), pk=version_id)])[0]


def accept(request: AuthenticatedHttpRequest, reading: Reading, party: Party) -> str:
    """Accept for the party, and say what follows."""
    return DONE.get(agreement_answers.accept(request, reading, party).state, "Accepted.")


def end(request: AuthenticatedHttpRequest, reading: Reading, party: Party) -> str:
    """End it, and say what follows."""
    was_proposed = reading.state == State.PROPOSED
    agreement_answers.end(request, reading, party)
    if was_proposed:
        return "The proposal is closed. Nothing was permitted by it."
    return "Ended. Nothing new is made from it."


def _apply(
    request: AuthenticatedHttpRequest, label: Label, reading: Reading, change: Callable[[], str]
) -> HttpResponse:
    try:
        message = change()
    except (NotAllowed, RightsError) as error:
        return _render_agreement(request, label, reading, problem=str(error), status=409)
    messages.success(request, message)
    return redirect(label.url("label-agreement", version_id=reading.version.pk))


def _render_agreement(
    request: AuthenticatedHttpRequest, label: Label, reading: Reading, *, problem: str = "", status: int = 200
) -> HttpResponse:
    return label.render(
        request,
        "label/agreement.html",
        status=status,
        section="label-agreements",
        reading=reading,
        version=reading.version,
        paper=Paper.of_version(reading.version),
        signatures=list_signatures(reading),
        dry_run=run_dry_stored(reading, label.party),
        is_waiting=reading.waits_for(label.party),
        may_end=label.may_manage and reading.is_live,
        ending=measure_end(reading, label.party) if "end" in request.GET and label.may_manage else None,
        problem=problem,
    )
