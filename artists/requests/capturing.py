"""Charge the card of an approved request once the time to undo is over, and finish what is delivered."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat, Now

from artists.models import Draft, ExperienceRequest, Moment
from artists.models.drafts import DraftQuerySet
from artists.royalties import uses
from artists.royalties.income import find_sale
from artists.royalties.requests import earn
from audit import trail
from audit.actors import SystemActor
from billing import authorisations, request_credits
from billing.models import Authorisation
from fans.models import Experience
from rights.sales import IncompleteSale

State = ExperienceRequest.State
PaidBy = ExperienceRequest.PaidBy
MARGIN = timedelta(hours=24)
"""Before the hold ends. The bank may let go of it early, and a capture may have to be tried again."""


def without_capturing(drafts: DraftQuerySet) -> DraftQuerySet:
    """The drafts without those whose card is being charged, or has no hold that can be charged now."""
    reference = Concat(Value("request:"), Cast(OuterRef("pk"), CharField()))
    held = Authorisation.objects.live().filter(reference=reference, status=Authorisation.Status.HELD)
    asked = ExperienceRequest.objects.filter(moment=OuterRef("moment"), paid_by=PaidBy.CARD)
    waits = Q(state=State.WAITING) & ~Exists(held.filter(back_wanted_at=None))
    return drafts.exclude(Exists(asked.filter(waits | Q(state=State.CAPTURING))))


def find_unshared(drafts: Sequence[Draft]) -> dict[int, str]:
    """Why what a card pays for cannot be shared out, for each of these drafts, as it was agreed when the fan paid."""
    reasons: dict[int, str] = {}
    for draft in drafts:
        hold = authorisations.find(str(draft.moment.request)) if is_paid_by_card(draft) else None
        if hold is None:
            continue
        sale = find_sale(draft.artist, draft.use, draft.recordings, at=hold.created_at)
        if isinstance(sale, IncompleteSale):
            reasons[draft.pk] = f"uncleared: {'; '.join(sale.missing)}"
    return reasons


def is_paid_by_card(draft: Draft) -> bool:
    return draft.version.is_asked_for and draft.moment.request.paid_by == PaidBy.CARD


def begin(drafts: Sequence[Draft]) -> set[int]:
    """Begin to charge the cards of those that are not charged yet, and return the ids of their drafts.

    The drafts are due, nothing stands in their way, and their requests are locked. In the caller's transaction.
    """
    begun: set[int] = set()
    for draft in drafts:
        if not is_paid_by_card(draft) or draft.moment.request.state == State.PAID:
            continue
        request = draft.moment.request
        begun.add(draft.pk)
        if request.state == State.CAPTURING:  # another process began it before this one locked the draft
            continue
        assert draft.decision_id is not None
        if authorisations.want_capture(str(request), draft.decision_id):
            ExperienceRequest.objects.filter(pk=request.pk).update(state=State.CAPTURING)
            trail.record("request.capturing", by=SystemActor.DELIVERY, subject=str(request), draft=draft.pk)
        # Otherwise the hold is gone: `following` ends the request.
    return begun


def finish(drafts: Sequence[Draft], delivered: Mapping[int, Experience]) -> None:
    """Write down that these requests are delivered, and what was paid for them is earned. `delivered` is by draft."""
    requests = {draft.moment.request: draft for draft in drafts if draft.version.is_asked_for}
    if not requests:
        return
    pks = [request.pk for request in requests]
    ExperienceRequest.objects.filter(pk__in=pks).update(state=State.DELIVERED, ended_at=Now())
    for request, draft in requests.items():
        if request.paid_by == PaidBy.CREDIT:
            request_credits.use(str(request))
            uses.record(delivered[draft.pk])
        elif request.paid_by == PaidBy.CARD:
            earn(str(request), delivered[draft.pk])
        trail.record("request.delivered", by=SystemActor.DELIVERY, subject=str(request), draft=draft.pk)


def find_latest_deadline(moment: Moment, grace: timedelta) -> datetime | None:
    """Until when a draft of a request can be approved so that its card can still be charged; None without a card.

    It is taken when the draft is written. A hold that is renewed later lengthens nothing.
    """
    if not moment.version.is_asked_for or moment.request.paid_by != PaidBy.CARD:
        return None
    hold = authorisations.find(str(moment.request))
    if hold is None or hold.capture_before is None:
        return None
    return hold.capture_before - MARGIN - grace
