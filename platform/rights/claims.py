"""Claim, confirm, end and settle who owns what. The shares of one role add up to 10,000 basis points."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import BooleanField, Func, Q, QuerySet, Value
from django.db.models.functions import Now
from django.utils.text import get_text_list

from accounts.exceptions import NotAllowed
from accounts.models import Member, Person
from accounts.roles import EDITING_ROLES, MANAGING_ROLES, is_staff
from audit import trail
from catalog.models import Recording, RecordingWork, Work
from rights import notices, parties
from rights.exceptions import AlreadySettled, Overclaimed
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

    A claim that brings a role over 100 % comes back disputed, and one on a recording with an ISRC of somebody else.
    Raises NotAllowed.
    """
    _require_may_claim(party, recording, work, by=by)
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
    """End a claim now. Its party and staff may, and while it is unconfirmed the artist's team; see `list_own_mistakes`.

    Raises NotAllowed.
    """
    if not (parties.may_stop(made.party, by) or is_staff(by) or list_own_mistakes([made], by=by)):
        raise NotAllowed(f"Only {made.party.name} and staff may end this claim.")
    _change("claim.ended", Claim.objects.filter(live_until=None), made, by=by, live_until=Now(), ended_by=by.actor)


def list_own_mistakes(claims: Collection[Claim], *, by: Person) -> set[int]:
    """The ids of those that this person may take back, because nobody has confirmed them.

    The artist's own team wrote them, or a file named them in a work that is first of a song by the artist.
    """
    waiting = [claim.pk for claim in claims if claim.confirmed_at is None and claim.settled_at is None]
    if not waiting:
        return set()
    # The trigger on claims asks the same function.
    taken_back = Func("pk", Value(by.actor), function="rights_takes_back", output_field=BooleanField())
    return set(Claim.objects.filter(taken_back, pk__in=waiting).values_list("pk", flat=True))


def dispute(made: Claim, *, by: Person) -> None:
    """Mark a claim as disputed: until staff settle it, nothing new is cleared with it. Raises NotAllowed."""
    if not is_staff(by):
        raise NotAllowed("Only staff mark a claim as disputed by hand.")
    _change("claim.disputed", Claim.objects.filter(disputed_at=None), made, by=by, disputed_at=Now())


def settle(made: Claim, *, by: Person, note: str, ending: Collection[Claim] = ()) -> None:
    """Staff settle a disputed claim, with the reason, and end the claims that were wrong: this one, or others.

    Raises NotAllowed, AlreadySettled, and Overclaimed where the claim stands and the shares stay over 100 %.
    """
    if not is_staff(by):
        raise NotAllowed("Only staff settle a dispute.")
    with transaction.atomic():
        _lock_owned(made)
        said = {"settled_at": Now(), "settled_by": by.actor, "note": note}
        if not _change("claim.settled", Claim.objects.filter(DISPUTED), made, by=by, **said):
            raise AlreadySettled("Somebody else settled this dispute in the meantime. Nothing was changed.")
        for wrong in ending:
            end(wrong, by=by)
        if made not in ending:
            _require_room(made)


def _lock_owned(made: Claim) -> None:
    """Let one settle claims on this recording or work at a time, so that two do not each let their own stand."""
    if made.recording_id:
        Recording.objects.select_for_update(no_key=True).get(pk=made.recording_id)
    elif made.work_id:  # it has one of both
        Work.objects.select_for_update(no_key=True).get(pk=made.work_id)


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


def _require_may_claim(party: Party, recording: Recording | None, work: Work | None, *, by: Person) -> None:
    """Of a recording, whoever signs or manages for the party may claim, and the artist's team.

    Of a work, whoever has a share that counts may, and the team of the artist whose song was the first of it. Staff
    may. Raises NotAllowed.
    """
    if work and not _may_name_owners(work, by):
        raise NotAllowed(
            f"Songs of others are of “{work.title}”, too. Who owns it is said by whoever has a confirmed share in it, "
            "by the artist whose song was here first, or by our staff. Your song needs the yes of its known owners."
        )
    if recording and not _may_claim(party, recording, by):
        raise NotAllowed(f"You act neither for {party.name} nor for the artist.")


def _may_claim(party: Party, recording: Recording, by: Person) -> bool:
    if is_staff(by) or parties.may_stop(party, by):
        return True
    teams = Member.objects.filter(person=by, person__is_active=True, role__in=EDITING_ROLES)
    return teams.filter(team__artist=recording.artist_id).exists()


def _may_name_owners(work: Work, by: Person) -> bool:
    """Whether this person is of staff or of the side of the work, which the database asks too."""
    if is_staff(by):
        return True
    ties = RecordingWork.objects.filter(LIVE, work=work).order_by("live_from", "pk")
    artists = Q(team__artist__isnull=False, team__artist__in=ties.values("recording__artist")[:1])
    counted = Claim.objects.filter(LIVE, work=work, confirmed_at__isnull=False).exclude(DISPUTED)
    owners = Party.objects.filter(pk__in=counted.values("party"))
    edits = Q(role__in=EDITING_ROLES) & (artists | Q(team__artist__party__in=owners))
    manages = Q(role__in=MANAGING_ROLES) & parties.acts_for(owners)
    return Member.objects.filter(edits | manages, person=by, person__is_active=True).exists()


def _change(action: str, changeable: QuerySet[Claim], made: Claim, *, by: Person, **fields: object) -> bool:
    """Write these fields, which the database stamps. False, and nothing happens, where somebody did it before."""
    with transaction.atomic():
        changed = changeable.filter(pk=made.pk).update(**fields)
        if changed:
            _record(action, made, by=by)
            notices.post_about_claim(action, made)
    made.refresh_from_db()
    return bool(changed)


def _record(action: str, made: Claim, *, by: Person, **facts: object) -> None:
    about = {"recording": made.recording_id} if made.recording_id else {"work": made.work_id}
    trail.record(action, by=by.actor, subject=f"claim:{made.pk}", party=made.party_id, role=made.role, **about, **facts)
