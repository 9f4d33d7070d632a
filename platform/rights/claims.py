"""Claim, confirm, end and settle who owns what. The shares of one role add up to 10,000 basis points."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.text import get_text_list

from accounts.exceptions import NotAllowed
from accounts.models import Member, Person
from accounts.roles import EDITING_ROLES, is_staff
from audit import trail
from catalog.models import Recording, RecordingWork, Work
from rights import notices, parties
from rights.exceptions import Overclaimed
from rights.models import Claim, Party
from rights.shares import PLURALS, WHOLE, Role, format_share

LIVE = Q(live_until=None) | Q(live_until__gt=Now())
"""Claims that have not ended."""
DISPUTED = Q(disputed_at__isnull=False, settled_at=None)
"""Claims whose dispute is open."""


def claim(
    party: Party,
    role: str,
    *,
    by: Person,
    recording: Recording | None = None,
    work: Work | None = None,
    share: int = WHOLE,
    administered_by: Party | None = None,
) -> Claim:
    """Store that a party owns a share of a recording or a work from now on. It counts once the party confirms it.

    Whoever signs or manages for the party may claim, the artist's team for its own recordings and their works, and
    staff. Raises NotAllowed. A claim that brings a role over 100 % comes back disputed, and one on a recording with an
    ISRC of somebody else.
    """
    if not _may_claim(party, recording, work, by):
        raise NotAllowed(f"You act neither for {party.name} nor for the artist.")
    with transaction.atomic():
        made = Claim.objects.create(
            recording=recording,
            work=work,
            role=role,
            party=party,
            share=share,
            administered_by=administered_by,
            claimed_by=by.actor,
        )
        made.refresh_from_db()
        _record("claim.made", made, by=by, share=share, disputed=made.disputed_at is not None)
        notices.post_about_claim(notices.DISPUTED if made.disputed_at else notices.WAITING, made)
    return made


def confirm(made: Claim, *, by: Person, fresh: bool) -> None:
    """The party confirms that the claim is true. Raises NotAllowed and ReauthenticationRequired."""
    parties.require_signer(made.party, by=by, fresh=fresh, what="confirm what it owns")
    _change(
        "claim.confirmed",
        Claim.objects.filter(confirmed_at=None),
        made,
        by=by,
        confirmed_at=Now(),
        confirmed_by=by.actor,
    )


def end(made: Claim, *, by: Person) -> None:
    """End a claim now. Its party and staff may. Raises NotAllowed."""
    if not (parties.may_stop(made.party, by) or is_staff(by)):
        raise NotAllowed(f"Only {made.party.name} and staff may end this claim.")
    _change("claim.ended", Claim.objects.filter(live_until=None), made, by=by, live_until=Now(), ended_by=by.actor)


def dispute(made: Claim, *, by: Person) -> None:
    """Mark a claim as disputed: until staff settle it, nothing new is cleared with it. Raises NotAllowed."""
    if not is_staff(by):
        raise NotAllowed("Only staff mark a claim as disputed by hand.")
    _change("claim.disputed", Claim.objects.filter(disputed_at=None), made, by=by, disputed_at=Now())


def settle(made: Claim, *, by: Person, note: str, ending: Collection[Claim] = ()) -> None:
    """Staff settle a disputed claim, with the reason, and end the claims that were wrong: this one, or others.

    Raises NotAllowed, and Overclaimed where the claim stands and the shares of its role stay over 100 %.
    """
    if not is_staff(by):
        raise NotAllowed("Only staff settle a dispute.")
    with transaction.atomic():
        _change(
            "claim.settled",
            Claim.objects.filter(DISPUTED),
            made,
            by=by,
            settled_at=Now(),
            settled_by=by.actor,
            note=note,
        )
        for wrong in ending:
            end(wrong, by=by)
        if made not in ending:
            _require_room(made)


def _require_room(made: Claim) -> None:
    """Raise Overclaimed where the claim and those beside it are more than the whole. Open disputes do not count yet."""
    beside = Claim.objects.filter(LIVE, recording=made.recording_id, work=made.work_id, role=made.role)
    beside = beside.filter(Q(live_until=None) | Q(live_until__gt=made.live_from)).exclude(DISPUTED).exclude(pk=made.pk)
    if made.live_until:
        beside = beside.filter(live_from__lt=made.live_until)
    others = list(beside.select_related("party").order_by("-share", "pk"))
    total = made.share + sum(other.share for other in others)
    if others and total > WHOLE:
        names = get_text_list([other.party.name for other in others], "or")
        raise Overclaimed(
            f"With this claim the {PLURALS[Role(made.role)]} have {format_share(total)}, so nobody could use the song. "
            f"End the claim of {names} with it, or say that this one is wrong."
        )


def _may_claim(party: Party, recording: Recording | None, work: Work | None, by: Person) -> bool:
    if is_staff(by) or parties.may_stop(party, by):
        return True
    teams = Member.objects.filter(person=by, person__is_active=True, role__in=EDITING_ROLES)
    if recording:
        return teams.filter(team__artist=recording.artist_id).exists()
    of_work = RecordingWork.objects.live().filter(work=work)
    return teams.filter(team__artist__recordings__in=of_work.values("recording")).exists()


def _change(action: str, changeable: QuerySet[Claim], made: Claim, *, by: Person, **fields: object) -> None:
    """Write these fields, which the database stamps. Nothing happens where somebody did it before."""
    with transaction.atomic():
        if changeable.filter(pk=made.pk).update(**fields):
            _record(action, made, by=by)
            notices.post_about_claim(action, made)
    made.refresh_from_db()


def _record(action: str, made: Claim, *, by: Person, **facts: object) -> None:
    about = {"recording": made.recording_id} if made.recording_id else {"work": made.work_id}
    trail.record(action, by=by.actor, subject=f"claim:{made.pk}", party=made.party_id, role=made.role, **about, **facts)
