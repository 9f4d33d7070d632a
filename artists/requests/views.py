"""The fan's pages of requests: ask, follow one, pay for it, take it back, and erase the line to the team."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import login_required
from accounts.requests import AuthenticatedHttpRequest
from ai.request_words import describe
from artists.exceptions import InvalidRequest, Refused
from artists.models import Draft, ExperienceRequest, Program, ProgramVersion
from artists.remixes.asking import list_facts
from artists.requests import ask_page, asking, consent_text, endings, following, paying
from artists.requests.forms import RequestForm
from billing import authorisations, where_it_went
from billing.exceptions import BillingError
from fans.models import Experience, RemixRefund
from fans.payment_refusals import describe_refusal
from rights.money import format_money
from web.decorators import post_only
from web.redirects import SeeOther

MAX_LISTED = 100


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def ask(request: AuthenticatedHttpRequest, slug: str, program_id: int) -> HttpResponse:
    """GET: the sentence with its gaps, and the price. POST: ask, and go on to where a card is held, if one pays."""
    offers = ProgramVersion.objects.offers().select_related("artist")
    version = get_object_or_404(offers, artist__slug=slug, program=program_id)
    form = RequestForm(request.POST if request.method == "POST" else None, version=version)
    problem, status = "", 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        words_hash, starts_now = request.POST.get("words_hash", ""), request.POST.get("start") == "now"
        try:
            asked = asking.ask(request.user, version, form.wish(), words_hash=words_hash, starts_now=starts_now)
        except Refused as error:
            problem, status = str(error), 422 if isinstance(error, InvalidRequest) else 409
        else:
            return go_on(request, asked)
    return _render_ask(request, version, form, problem=problem, status=status)


@require_safe
@never_cache
@login_required
def list_requests(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What this fan asked for, the newest first."""
    own = ExperienceRequest.objects.filter(person=request.user).select_related("artist", "program", "recording")
    listed = list(own.order_by("-pk")[:MAX_LISTED])
    return render(request, "fans/requests.html", {"requests": listed, "section": "artists"})


@require_safe
@never_cache
@login_required
def show_request(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Where a request stands. It changes nothing; open pages follow it by notices."""
    return _render_request(request, _get_request(request, pk))


@post_only
@login_required
def pay(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Go on to where the card is held."""
    return go_on(request, _get_request(request, pk))


@post_only
@login_required
def take_back(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Take it back, until somebody decided."""
    asked = _get_request(request, pk)
    try:
        following.take_back(asked, by=request.user)
    except Refused as error:
        return _render_request(request, asked, problem=str(error), status=409)
    return redirect("request", asked.pk)


@post_only
@login_required
def erase_words(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Erase the line to the team."""
    asked = _get_request(request, pk)
    asking.erase_words(asked, by=request.user.actor, note_only=True)
    return redirect("request", asked.pk)


def _get_request(request: AuthenticatedHttpRequest, pk: int) -> ExperienceRequest:
    related = (
        "person",
        "artist",
        "program",
        "version",
        "recording",
        "moment__render",
        "consent",
        "remix__offer__source",
    )
    return get_object_or_404(ExperienceRequest.objects.select_related(*related), person=request.user, pk=pk)


def go_on(request: AuthenticatedHttpRequest, asked: ExperienceRequest) -> HttpResponse:
    """To where a card is held, or to the page of the request where none pays."""
    if asked.state != ExperienceRequest.State.PAYING:
        return redirect("request", asked.pk)
    try:
        return SeeOther(paying.start(asked).url)
    except BillingError as error:
        return _render_request(request, asked, problem=describe_refusal(error), status=409)


def _render_ask(
    request: AuthenticatedHttpRequest, version: ProgramVersion, form: RequestForm, *, problem: str, status: int
) -> HttpResponse:
    context = {**ask_page.build_context(request.user, version), "form": form, "problem": problem}
    return render(request, "fans/ask.html", context, status=status)


def _render_request(
    request: AuthenticatedHttpRequest, asked: ExperienceRequest, *, problem: str = "", status: int = 200
) -> HttpResponse:
    draft = Draft.objects.filter(moment=asked.moment_id).order_by("-pk").first() if asked.moment_id else None
    stage = following.find_stage(asked, draft)
    event = endings.Event(asked.ending) if asked.ending else None
    received = Experience.objects.filter(draft=draft.pk, person=request.user).first() if draft else None
    context = {
        "asked": asked,
        "artist": asked.artist,
        "stage": stage,
        "deadline": draft.deadline if draft and stage == endings.Stage.REVIEW else None,
        "days": consent_text.find_days(asked.version),
        "amount": format_money(asked.amount, asked.currency) if asked.amount else "",
        "what": consent_text.WHAT[Program.Kind(asked.program.kind)],
        "facts": _list_facts(asked),
        "ending": endings.describe(event, asked.program.kind) if event else "",
        "back": endings.BACK_WORDS[asked.paid_by] if event and event not in endings.LOST_MONEY else "",
        "experience": received,
        "refund": RemixRefund.objects.filter(request=asked.pk).first(),
        **_describe_paid(asked),
        "may_take_back": endings.find_outcome(stage, endings.Event.TAKEN_BACK).effect == endings.Effect.ENDS,
        "payments": settings.PAYMENTS,
        "problem": problem,
        "section": "artists",
    }
    return render(request, "fans/request.html", context, status=status)


def _describe_paid(asked: ExperienceRequest) -> dict[str, object]:
    """What a card was charged for it, and where that went; nothing before the charge."""
    paid = authorisations.find(str(asked)) if asked.paid_by == ExperienceRequest.PaidBy.CARD else None
    return {"paid": paid, "went": where_it_went.describe_request(paid)} if paid and paid.captured_at else {}


def _list_facts(asked: ExperienceRequest) -> list[tuple[str, str]]:
    if asked.program.kind == Program.Kind.REMIX:
        return [("Song", asked.recording.title if asked.recording else ""), *list_facts(asked.remix)]
    chosen = [
        ("For", asked.recipient or "erased"),
        ("Occasion", describe("occasion", asked.occasion)),
        ("You are", describe("relation", asked.relation)),
        ("What happened", describe("event", asked.event)),
        ("Song", asked.recording.title if asked.recording else None),
    ]
    return [(label, value) for label, value in chosen if value]
