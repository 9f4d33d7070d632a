"""Follow what happens to requests: the hold on a card, the draft, the fan. `endings` says what each of it does."""

from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import Person
from artists import delivery
from artists.exceptions import TooLate
from artists.models import Draft, ExperienceRequest, Moment, Program
from artists.notifications import KEY_CLOSED, draft_notices, key_notices, request_notice
from artists.requests import asking
from artists.requests.endings import EVENTS_BY_REASON, REASONS, Effect, Event, Money, Outcome, Stage, find_outcome
from audit import trail
from audit.actors import SystemActor
from billing import authorisations, request_credits
from billing.models import Authorisation
from catalog.models import Artist
from fans import renders
from fans.mutes import FanAndProgram
from fans.opt_ins import FanAndArtist
from live import notices
from live.notices import NewNotice
from rights import places
from worker import wake

ACTOR = SystemActor.REQUESTS
CHANNELS = (asking.CHANNEL, authorisations.CHANNEL)
BATCH_SIZE = 100
UNPAID_AFTER = timedelta(hours=2)
"""A request for which no hold was ever begun ends then."""

State = ExperienceRequest.State
Hold = Authorisation.Status
LOST = (Hold.FAILED, Hold.RELEASED, Hold.EXPIRED, Hold.REFUNDED)
CLOSURES = {"closure:age": Event.TOO_YOUNG, "closure:account": Event.ERASED}
"""Reasons for which `billing.closing` lets go of what is held."""
OVER = (Draft.State.DECLINED, Draft.State.EXPIRED, Draft.State.UNDELIVERABLE, Draft.State.WITHDRAWN)

# In SQL: the newest authorisation and the newest draft of each, in one statement that reads only what is open.
CHANGED_SQL = """
SELECT request.id FROM artists_experiencerequest request
LEFT JOIN artists_moment moment ON moment.id = request.moment_id
LEFT JOIN LATERAL (
    SELECT state, deliver_after FROM artists_draft WHERE moment_id = request.moment_id ORDER BY id DESC LIMIT 1
) draft ON true
LEFT JOIN LATERAL (
    SELECT status, is_disputed FROM billing_authorisation
    WHERE reference = 'request:' || request.id AND book = %s
    ORDER BY (status IN ('authorising', 'held', 'capture_wanted', 'captured')) DESC, created_at DESC LIMIT 1
) hold ON request.paid_by = 'card'
WHERE request.state IN ('paying', 'waiting', 'capturing', 'paid') AND (
    request.state <> 'capturing' AND moment.state = 'refused'
    OR request.state <> 'capturing' AND moment.state = 'drafted' AND (
        draft.state IN ('expired', 'undeliverable', 'withdrawn')
        OR draft.state = 'declined' AND coalesce(draft.deliver_after <= statement_timestamp(), true))
    OR request.state = 'paying' AND (
        hold.status NOT IN ('authorising')
        OR hold.status IS NULL AND request.created_at < statement_timestamp() - make_interval(secs => %s))
    OR request.state = 'waiting' AND hold.status IN ('failed', 'released', 'expired', 'refunded')
    OR request.state = 'capturing' AND hold.status NOT IN ('held', 'capture_wanted')
    OR request.state = 'paid' AND (hold.status = 'refunded' OR hold.is_disputed)
) ORDER BY request.id LIMIT %s
"""


def follow_next() -> bool:
    """Follow one batch of requests. Returns whether there were any. Several processes may call it at once."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGED_SQL, [settings.PAYMENTS, UNPAID_AFTER.total_seconds(), BATCH_SIZE])
        ids = [row[0] for row in cursor.fetchall()]
    changed = [follow(pk) for pk in ids]  # each of them, not only up to the first that changed
    return any(changed)


def seconds_until_due() -> float | None:
    """Seconds until a decline cannot be undone any more; None where none waits for that."""
    asked = Draft.objects.filter(state=Draft.State.DECLINED, moment__request__state=State.WAITING)
    return asked.exclude(deliver_after=None).seconds_until("deliver_after")


def follow(request_id: int) -> bool:
    """Let one request go on or end, in one transaction. Returns whether anything changed."""
    with transaction.atomic():
        request, draft = _lock(request_id)
        change = _find_change(request, draft) if request.is_open else None
        if isinstance(change, Event):
            outcome, news = end(request, draft, change, by=ACTOR)
            notices.post(news)
            return outcome.effect == Effect.ENDS
        if change is None:
            return False
        if change == State.WAITING:
            asking.begin(request)
        else:
            ExperienceRequest.objects.filter(pk=request.pk).update(state=change)
            wake.notify(delivery.CHANNEL)
        notices.post([request_notice(request)])
    return True


def take_back(request: ExperienceRequest, *, by: Person) -> None:
    """End a request that nobody decided yet, for its fan. Raises TooLate."""
    with transaction.atomic():
        locked, draft = _lock(request.pk)
        outcome, news = end(locked, draft, Event.TAKEN_BACK, by=by.actor)
        if outcome.effect != Effect.ENDS:
            raise TooLate("It was decided meanwhile, so it cannot be taken back any more.")
        notices.post(news)


def end_for_fans(ended: Collection[FanAndArtist], paused: Collection[FanAndProgram]) -> list[NewNotice]:
    """End what these fans asked for and nobody decided, in the caller's transaction. Returns whom to tell."""
    news: list[NewNotice] = []
    people = {person for person, _ in [*ended, *paused]}
    open_requests = _find_open().filter(person__in=people)
    for pk, person, artist, program in open_requests.values_list("pk", "person", "artist", "program"):
        event = Event.OPTED_OUT if (person, artist) in ended else Event.MUTED if (person, program) in paused else None
        if event is not None:
            news += end(*_lock(pk), event, by=ACTOR)[1]
    return news


def end_of_artist(artist: Artist, *, by: str) -> None:
    """End whatever fans asked of an artist who left. What paid for it goes back."""
    for pk in _find_open().filter(artist=artist).values_list("pk", flat=True):
        with transaction.atomic():
            notices.post(end(*_lock(pk), Event.ARTIST_LEFT, by=by)[1])


def close_account(person: Person, *, by: str) -> None:
    """End what this person asked for, and remove whom it was for and what was told to teams."""
    for pk in _find_open().filter(person=person).values_list("pk", flat=True):
        with transaction.atomic():
            notices.post(end(*_lock(pk), Event.ERASED, by=by)[1])
    for request in ExperienceRequest.objects.filter(person=person).exclude(recipient=None, note=None):
        asking.erase_words(request, by=by)


def end(request: ExperienceRequest, draft: Draft | None, event: Event, *, by: str) -> tuple[Outcome, list[NewNotice]]:
    """Do what `find_outcome` says, with what is locked, and return whom to tell.

    Nothing happens where it does not end the request.
    """
    outcome = find_outcome(find_stage(request, draft), event)
    if outcome.effect != Effect.ENDS:
        return outcome, []
    if draft is not None and outcome.draft and draft.state not in OVER:
        draft.state, draft.reason = outcome.draft, REASONS[event]
        Draft.objects.filter(pk=draft.pk).update(state=draft.state, reason=draft.reason, decided_at=Now())
        trail.record(f"draft.{draft.state}", by=by, subject=f"draft:{draft.pk}", reason=draft.reason)
    unwritten = Moment.objects.filter(request=request, state__in=[Moment.State.NOTICED, Moment.State.RENDERING])
    unwritten.update(state=Moment.State.REFUSED, reason=REASONS.get(event, f"ended: {event}"))
    if request.program.kind == Program.Kind.REMIX:
        _let_go_of_remix(request)
    ExperienceRequest.objects.filter(pk=request.pk).update(state=State.ENDED, ending=event, ended_at=Now())
    if outcome.money == Money.BACK:
        _give_back(request, event)
    trail.record("request.ended", by=by, subject=str(request), why=event)
    about = draft_notices("draft.decided", [draft]) + key_notices(KEY_CLOSED, [draft]) if draft else []
    return outcome, [request_notice(request), *about]


def find_stage(request: ExperienceRequest, draft: Draft | None) -> Stage:
    """Where a request stands. `draft` is the newest one of its moment."""
    if not request.is_open:
        return Stage.OVER
    if request.state != State.WAITING or request.moment is None:
        return Stage(request.state)
    if draft is None or (draft.state == Draft.State.WITHDRAWN and request.moment.state != Moment.State.DRAFTED):
        return Stage.ASKED
    undecided = (Draft.State.PENDING, Draft.State.AWAITING, Draft.State.EXPIRED, Draft.State.WITHDRAWN)
    return Stage.REVIEW if draft.state in undecided else Stage.APPROVED


def _find_change(request: ExperienceRequest, draft: Draft | None) -> Event | State | None:
    """What happened to a request since it was looked at: the state that it goes on in, or what ends it."""
    hold = authorisations.find(str(request)) if request.paid_by == ExperienceRequest.PaidBy.CARD else None
    status = hold.status if hold else None
    if request.state == State.PAYING:
        return State.WAITING if status == Hold.HELD else Event.UNPAID if status != Hold.AUTHORISING else None
    if request.state == State.CAPTURING:  # the draft is looked at once it is known whether the card is charged
        return State.PAID if status == Hold.CAPTURED else _find_loss(hold, Event.CAPTURE_FAILED)
    moment = request.moment
    assert moment is not None  # only what is paying has none
    if moment.state == Moment.State.REFUSED:
        return _read_reason(moment.reason)
    if moment.state == Moment.State.DRAFTED and draft is not None and draft.state in OVER:
        return _read_draft(draft)
    if request.state == State.PAID and hold is not None:
        return Event.DISPUTED if hold.is_disputed else Event.REFUNDED if status == Hold.REFUNDED else None
    return _find_loss(hold, Event.HOLD_LOST)


def _find_loss(hold: Authorisation | None, otherwise: Event) -> Event | None:
    """What let go of the money: we, because of who the fan is, or the bank; None where nothing did."""
    return CLOSURES.get(hold.back_reason, otherwise) if hold and hold.status in LOST else None


def _read_draft(draft: Draft) -> Event | None:
    if draft.state == Draft.State.DECLINED:
        undoable = Draft.objects.filter(pk=draft.pk, deliver_after__gt=Now())
        return None if undoable.exists() else Event.DECLINED
    return Event.SILENCE if draft.state == Draft.State.EXPIRED else _read_reason(draft.reason)


def _read_reason(reason: str) -> Event:
    return EVENTS_BY_REASON.get(reason.partition(":")[0], Event.UNSAYABLE)


def _let_go_of_remix(request: ExperienceRequest) -> None:
    """Return its place in a quantity, and let its sound be deleted."""
    moment = request.moment
    places.give_back([str(request), *([moment.item] if moment else [])])
    if moment and moment.render_id:
        renders.let_go([moment.render_id])


def _give_back(request: ExperienceRequest, event: Event) -> None:
    if request.paid_by == ExperienceRequest.PaidBy.CARD:
        authorisations.want_release(str(request), f"request.{event}")
    elif request.paid_by == ExperienceRequest.PaidBy.CREDIT:
        request_credits.give_back(str(request))


def _find_open() -> QuerySet[ExperienceRequest]:
    return ExperienceRequest.objects.exclude(state__in=[State.DELIVERED, State.ENDED]).order_by("pk")


def _lock(request_id: int) -> tuple[ExperienceRequest, Draft | None]:
    """A request with its moment, and the newest draft. The order is that of whoever writes and decides drafts."""
    moment_id = ExperienceRequest.objects.filter(pk=request_id).values_list("moment", flat=True).get()
    draft = None
    if moment_id is not None:
        Moment.objects.select_for_update(no_key=True).get(pk=moment_id)
        draft = Draft.objects.filter(moment=moment_id).select_for_update(no_key=True).order_by("-pk").first()
    request = ExperienceRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=request_id)
    if request.moment_id != moment_id:
        return _lock(request_id)
    return request, draft
