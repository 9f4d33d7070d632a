"""Write an agreement or its next version: what is typed, what it would do, and sending it to the other parties."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect

from accounts.exceptions import NotAllowed
from accounts.requests import AuthenticatedHttpRequest
from artists import agreement_proposals as proposals
from artists.agreement_answers import get_reading_or_404
from artists.agreement_papers import Paper, run_dry
from artists.label.access import Label, label_member_required
from artists.label.forms.agreement import AgreementForm, type_version
from rights.agreement_versions import Reading
from rights.hashing import wording_hash
from rights.models import AgreementVersion
from web.parsers import parse_integer


@label_member_required
def write_agreement(request: AuthenticatedHttpRequest, label: Label, version_id: int | None = None) -> HttpResponse:
    """GET: the form, for the next version with what the version before says. POST: the dry run, or with `do=send` send.

    It is sent only as it was shown: terms that changed since are shown first.
    """
    previous = get_reading_or_404(label.party, version_id) if version_id is not None else None
    if request.method != "POST":
        initial = AgreementForm.defaults() | (type_version(previous, label.party) if previous else {})
        initial["others"] = f"{initial.get('others', '')}\n{request.GET.get('ask', '')}".strip()
        form = AgreementForm(own=label.party, previous=previous, initial=initial)
        return _render_form(request, label, previous, form)
    data = _with_asked(request.POST)
    form = AgreementForm(data, own=label.party, previous=previous)
    if not form.is_valid():
        return _render_form(request, label, previous, form, status=422)
    terms, before = form.choices.write(label.party), previous.version if previous else None
    shown = wording_hash(terms.wording)
    problem = ""
    if data.get("do") == "send" and data.get("shown") == shown:
        try:
            return _send(request, label, before, form)
        except NotAllowed as error:
            problem = str(error)
    proposal = proposals.suppose(label.party, form.choices, terms, before)
    dry_run = run_dry(proposal, label.party, terms, song=parse_integer(data.get("song")))
    context = {"shown": shown, "paper": Paper(terms.wording, dry_run.split), "dry_run": dry_run, "problem": problem}
    return _render_form(request, label, previous, form, status=409 if problem else 200, **context)


def _send(
    request: AuthenticatedHttpRequest, label: Label, before: AgreementVersion | None, form: AgreementForm
) -> HttpResponse:
    """Raises NotAllowed."""
    title = form.cleaned_data["title"]
    sent = proposals.send(label.party, form.choices, title=title, previous=before, by=request.user)
    messages.success(request, "Sent to everybody in it. Your own yes is on this page.")
    return redirect(label.url("label-agreement", version_id=sent.pk))


def _with_asked(posted: QueryDict) -> QueryDict:
    """The form with the party of an "Ask" button among the others."""
    data = posted.copy()
    if asked := data.get("ask", "").strip():
        data["others"] = f"{data.get('others', '').strip()}\n{asked}".strip()
        data["do"] = ""
    return data


def _render_form(
    request: AuthenticatedHttpRequest,
    label: Label,
    previous: Reading | None,
    form: AgreementForm,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    return label.render(
        request,
        "label/agreement_form.html",
        status=status,
        section="label-agreements",
        form=form,
        previous=previous,
        **context,
    )
