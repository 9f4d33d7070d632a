"""Let a rightsholder that holds a key approve or decline what the artist's team approved."""

from django.db import transaction
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from accounts.models import Person
from artists import delivery, drafts, eligibility, programs
from artists.exceptions import DraftNotFound, Stale, Uncleared
from artists.models import Draft
from artists.notifications import KEY_CLOSED, draft_notices, key_notices, publish_draft_events
from fans import opt_ins
from fans.consent_texts import Flow
from live import notices
from rights import second_key
from rights.models import ClearanceKeyHolder, Party, PartyDecision, Use
from rights.second_key import Content
from worker import wake

MAX_REASON_LENGTH = 280


def find_missing(draft: Draft) -> list[Party]:
    """The rightsholders that an approved draft still waits for, by name. A message waits for none, without a query."""
    content = _content(draft)
    if content is None or draft.use == Use.PERSONAL_MESSAGE:
        return []
    return second_key.find_missing(content)


def find_needed(draft: Draft) -> list[Party]:
    """The same when the artist's team approves. Raises Uncleared where the fan agreed to older words alone.

    Under those no rightsholder learns of the draft, so that nobody could give the key.
    """
    missing = find_missing(draft)
    if missing and not opt_ins.pairs_that_allow(Flow.RIGHTSHOLDER, [draft.fan_and_artist]):
        raise Uncleared(f"{drafts.REASON_OLDER_WORDS.capitalize()}. The draft waits.")
    return missing


def list_awaiting(party: Party) -> QuerySet[Draft]:
    """The drafts that wait for this party, earliest deadline first. Those that it said yes to are left out."""
    awaiting = _needing(party).filter(state=Draft.State.AWAITING, deadline__gt=Now())
    return eligibility.annotate_waits_for(awaiting).order_by("deadline", "pk")


def list_asked() -> QuerySet[Party]:
    """The parties that hold a key of a draft which awaits one. Some may have said yes: see `list_awaiting`."""
    awaiting = Draft.objects.filter(state=Draft.State.AWAITING, deadline__gt=Now()).exclude(use=Use.PERSONAL_MESSAGE)
    held = ClearanceKeyHolder.objects.filter(clearance__in=awaiting.values("clearance"))
    return Party.objects.filter(pk__in=held.values("holder__party")).order_by("pk")


def list_undecided(party: Party) -> QuerySet[Draft]:
    """The drafts that come to this party once the artist's team has approved them."""
    return _needing(party).filter(state=Draft.State.PENDING, deadline__gt=Now())


def approve(draft_id: int, party: Party, *, by: Person, revision: int | None = None, fresh: bool = False) -> Draft:
    """Say yes for the party. With the last yes that is missing, the time to undo begins.

    `revision` is the one that the person saw. Raises DraftNotFound, Stale, NotAllowed and ReauthenticationRequired.
    """
    with transaction.atomic():
        draft, content = _lock(draft_id, party, revision, Q(state=Draft.State.AWAITING, deadline__gt=Now()))
        if party not in second_key.find_missing(content):
            raise Stale(f"This does not wait for {party.name} any more.")
        second_key.decide(party, content, approves=True, by=by, fresh=fresh)
        if not second_key.find_missing(content):
            _start_undo_time(draft)
        notices.post(draft_notices("draft.decided", [draft]) + key_notices(KEY_CLOSED, [draft], also=[party.pk]))
    draft.refresh_from_db()
    return draft


def decline(draft_id: int, party: Party, *, by: Person, reason: str = "", revision: int | None = None) -> Draft:
    """Say no for the party, also after its yes while the time to undo lasts. Nobody can override or undo it.

    Raises DraftNotFound, Stale and NotAllowed.
    """
    reason = " ".join(reason.split())[:MAX_REASON_LENGTH]
    with transaction.atomic():
        is_open = Q(state=Draft.State.AWAITING) | Q(state=Draft.State.APPROVED, deliver_after__gt=Now())
        draft, content = _lock(draft_id, party, revision, is_open)
        said = PartyDecision.objects.filter(party=party, draft=draft.pk, content_hash=content.content_hash)
        if party not in second_key.find_missing(content) and not said.exists():
            raise Stale(f"This does not wait for {party.name} any more.")
        second_key.decide(party, content, approves=False, by=by, fresh=False, reason=reason)
        stored_reason = f"declined by {party.name}" + (f": {reason}" if reason else "")
        Draft.objects.filter(pk=draft.pk).update(
            state=Draft.State.DECLINED,
            reason=stored_reason[:300],
            decided_by=by.actor,
            decided_at=Now(),
            deliver_after=None,
        )
        publish_draft_events("declined", [(draft, str(draft.pk))])
        notices.post(draft_notices("draft.decided", [draft]) + key_notices(KEY_CLOSED, [draft], also=[party.pk]))
    draft.refresh_from_db()
    return draft


def announce_approved(draft: Draft) -> None:
    """Tell other systems and the delivery that everybody approved the draft."""
    publish_draft_events("approved", [(draft, str(draft.decision_id))])
    wake.notify(delivery.CHANNEL)


def _needing(party: Party) -> QuerySet[Draft]:
    # In SQL: it is the function that the database asks before it stores an experience.
    needs = RawSQL(f"%s IN ({eligibility.missing_keys_sql('artists_draft')})", [party.pk], BooleanField())  # noqa: S611
    return _drafts(party).filter(needs)


def _drafts(party: Party) -> QuerySet[Draft]:
    related = ("artist", "version__recording", "moment__recording")
    held = Draft.objects.filter(second_key.holds_key(party), eligibility.agreed_to(Flow.RIGHTSHOLDER))
    return held.exclude(use=Use.PERSONAL_MESSAGE).select_related(*related)


def _lock(draft_id: int, party: Party, revision: int | None, is_open: Q) -> tuple[Draft, Content]:
    """The draft, locked: of two last keys one sees the other. Raises DraftNotFound and Stale."""
    own = _drafts(party).filter(pk=draft_id).exclude(state=Draft.State.PENDING)
    draft = own.filter(is_open).select_for_update(of=("self",), no_key=True).first()
    if draft is None and own.exists():
        raise Stale("This does not wait for you any more.")
    if draft is None:
        raise DraftNotFound("There is no such draft.")
    content = _content(draft)
    if content is None or revision not in (None, draft.revision):
        raise Stale("The artist’s team changed this meanwhile. Look at it again.")
    return draft, content


def _start_undo_time(draft: Draft) -> None:
    undo_time = programs.get_undo_time(draft.artist)
    Draft.objects.filter(pk=draft.pk).update(state=Draft.State.APPROVED, deliver_after=Now() + undo_time)
    announce_approved(draft)


def _content(draft: Draft) -> Content | None:
    """None where the words were erased."""
    if draft.content_hash is None:
        return None
    return Content(draft.pk, draft.revision, draft.clearance_id, draft.item, draft.content_hash)
