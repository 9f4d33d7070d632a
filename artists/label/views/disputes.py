"""The staff's page to settle disputed claims with a note."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.decorators import staff_required
from accounts.requests import AuthenticatedHttpRequest
from artists.label.claims import ClaimRow, find_disputed, list_all_disputed, settle
from rights.exceptions import AlreadySettled, Overclaimed
from web.decorators import post_only


class SettlementForm(forms.Form):
    """What staff decide about a disputed claim, and which other claims they end with it."""

    note = forms.CharField(max_length=500)
    verdict = forms.ChoiceField(choices=[("stands", "It stands"), ("wrong", "It is wrong")])
    end = forms.MultipleChoiceField(required=False)

    def __init__(self, row: ClaimRow, data: QueryDict) -> None:
        super().__init__(data)
        self.row = row
        self.chosen = data.getlist("end")
        self.fields["end"].choices = [(str(rival.pk), rival.party.name) for rival in row.rivals]  # type: ignore[attr-defined]


@require_safe
@never_cache
@staff_required
def show_disputes(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The disputed claims of all rightsholders, oldest first."""
    return _render_disputes(request)


@post_only
@never_cache
@staff_required
def settle_dispute(request: AuthenticatedHttpRequest, claim_id: int) -> HttpResponse:
    """Settle a dispute with a note: the claim stands, or it is wrong and ends. Claims beside it can be ended too."""
    row = find_disputed(claim_id)
    if row is None:
        raise Http404
    form = SettlementForm(row, request.POST)
    if not form.is_valid():
        return _render_disputes(request, form, "Write why, and choose a button.", status=422)
    ended = [rival for rival in row.rivals if str(rival.pk) in form.cleaned_data["end"]]
    ended += [row.claim] if form.cleaned_data["verdict"] == "wrong" else []
    try:
        settle(row.claim, by=request.user, note=form.cleaned_data["note"], ending=ended)
    except Overclaimed as error:
        return _render_disputes(request, form, str(error), status=409)
    except AlreadySettled as error:
        messages.error(request, str(error))
        return redirect("staff-claims")
    messages.success(request, "Settled. Both sides read your note.")
    return redirect("staff-claims")


def _render_disputes(
    request: AuthenticatedHttpRequest, form: SettlementForm | None = None, problem: str = "", *, status: int = 200
) -> HttpResponse:
    """All disputes, and in one of them what was typed and why it was refused."""
    typed = {"wrong": form.row.claim.pk, "note": form.data.get("note", ""), "ending": form.chosen} if form else {}
    context = {"rows": list_all_disputed(), "problem": problem, **typed}
    return render(request, "label/disputes.html", context, status=status)
