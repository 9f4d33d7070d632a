"""Switch a use on or off for a party, for all songs or for one. Every use is off until whoever signs switches it on."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts.exceptions import NotAllowed
from accounts.models import Person
from accounts.roles import may_manage, role_of
from audit import trail
from catalog.models import Artist, Recording, Work
from rights import parties
from rights.decisions import require_principal
from rights.models import AfterEnd, Grant, Party, Use
from rights.refusals import write_use

_NOT_ENDED = Q(ended_at=None) | Q(ended_at__gt=Now())
"""An agreement's grant can have an end that lies ahead."""
_NOT_OVER = _NOT_ENDED & (Q(live_until=None) | Q(live_until__gt=Now()))


class Limits(TypedDict, total=False):
    """How far a yes goes. Without any it holds everywhere until it is switched off, and what fans received plays on."""

    territories: Collection[str]
    """Countries, each of which has a grant of its own."""
    until: datetime | None
    covers_later: bool | None
    """Whether a yes for all songs means those that are added later too."""
    after_end: str | None
    """What fans keep when it ends, see `AfterEnd`."""


@dataclass(frozen=True, slots=True)
class Songs:
    """What a switch is about: one recording, one work, or all. `artist` limits it to uses of one artist."""

    artist: Artist | None = None
    recording: Recording | None = None
    work: Work | None = None

    @property
    def is_all(self) -> bool:
        return self.recording is None and self.work is None

    @property
    def columns(self) -> dict[str, Any]:
        return {"artist": self.artist, "recording": self.recording, "work": self.work}

    def is_of(self, grant: Grant) -> bool:
        """Whether the grant is about exactly these."""
        own = (self.artist and self.artist.pk, self.recording and self.recording.pk, self.work and self.work.pk)
        return own == (grant.artist_id, grant.recording_id, grant.work_id)

    def is_met_by(self, grant: Grant) -> bool:
        """Whether the grant can be about uses of this artist. A label's yes for another artist is not."""
        return self.artist is None or grant.artist_id in (None, self.artist.pk)

    def holds(self, grant: Grant) -> bool:
        """Whether the grant is about nothing else than these."""
        if not self.is_all:
            return self.is_of(grant)
        return self.artist is None or grant.artist_id == self.artist.pk

    def is_in(self, grant: Grant) -> bool:
        """Whether this is one song, and a yes to all songs everywhere covers it now."""
        song = self.recording or self.work
        if song is None or not grant.allows or grant.recording_id or grant.work_id or grant.country:
            return False
        is_meant = grant.covers_later or song.created_at <= grant.live_from
        has_begun: bool = getattr(grant, "has_begun", False)  # an annotation of `_lock_said`
        return has_begun and is_meant and grant.artist_id in (None, self.artist and self.artist.pk)


def switch_on(
    artist: Artist,
    use: str,
    *,
    by: Person,
    fresh: bool,
    recording: Recording | None = None,
    **limits: Unpack[Limits],
) -> list[Grant]:
    """The artist permits a use of all songs, or of one; see `permit`.

    A message names a song and uses no sound, so a yes to messages covers later songs unless `covers_later` is False.
    Raises NotAllowed and ReauthenticationRequired.
    """
    require_principal(artist, by=by, fresh=fresh, what=f"switch on {write_use(use)}")
    if limits.get("covers_later") is None:
        limits["covers_later"] = use == Use.PERSONAL_MESSAGE
    return _permit(parties.get_artist_party(artist), use, Songs(artist, recording), by=by, limits=limits)


def switch_off(artist: Artist, use: str, *, by: Person, recording: Recording | None = None) -> None:
    """The artist ends what permits a use of all songs, or of one; see `refuse`.

    Switching off is easier than switching on: an owner may do it too, and nobody types a password. Raises NotAllowed.
    """
    if not may_manage(role_of(by, artist.team_id)):
        raise NotAllowed(f"Only a principal or an owner of {artist.name}’s team may switch this off.")
    _refuse(parties.get_artist_party(artist), use, Songs(artist, recording), by=by)


def permit(party: Party, use: str, songs: Songs, *, by: Person, fresh: bool, **limits: Unpack[Limits]) -> list[Grant]:
    """Permit a use of all songs, or of one, as a new version that ends the version before.

    Of a song that was switched off alone, the no ends, and a yes is added unless one for all songs holds that says the
    same about what fans keep. Raises NotAllowed and ReauthenticationRequired.
    """
    parties.require_signer(party, by=by, fresh=fresh, what=f"switch on {write_use(use)}")
    return _permit(party, use, songs, by=by, limits=limits)


def refuse(party: Party, use: str, songs: Songs, *, by: Person) -> None:
    """End what permits a use of all songs, or of one, at once. A running delivery is waited for, and none follows.

    Where all songs are permitted, a no is recorded for the one; it stays when all are switched off and on again. If the
    use is off already, nothing happens. Raises NotAllowed.
    """
    if not parties.may_stop(party, by):
        raise NotAllowed(f"Only whoever signs for {party.name}, or an owner of its team, may switch this off.")
    _refuse(party, use, songs, by=by)


def list_versions(artist: Artist) -> QuerySet[Grant]:
    """Every version of every yes of this artist to a use of all songs, newest first."""
    return list_said(artist).filter(recording=None, work=None, allows=True)


def list_said(artist: Artist) -> QuerySet[Grant]:
    """Every yes and no of this artist, to all songs and to one, newest first."""
    return Grant.objects.filter(party__artist=artist).select_related("party").order_by("-live_from", "-id")


def list_live() -> QuerySet[Grant]:
    """Every yes and no that is live now, of artists and of rightsholders."""
    return Grant.objects.filter(_NOT_OVER, live_from__lte=Now())


def _permit(party: Party, use: str, songs: Songs, *, by: Person, limits: Limits) -> list[Grant]:
    after_end = limits.get("after_end")
    same = {
        "live_until": limits.get("until"),
        "covers_later": bool(limits.get("covers_later")) and songs.is_all,
        "after_end": after_end or AfterEnd.PLAYS_ON,
    }
    with transaction.atomic():
        said = _lock_said(party, use)
        _end_grants((grant for grant in said if songs.is_of(grant)), by=by)
        if any(songs.is_in(grant) and after_end in (None, grant.after_end) for grant in said):
            return []
        scopes = [{"country": country, **same} for country in sorted(limits.get("territories", ())) or [""]]
        return _say(party, use, songs, scopes, by=by)


def _refuse(party: Party, use: str, songs: Songs, *, by: Person) -> None:
    with transaction.atomic():
        said = _lock_said(party, use)
        yeses = [grant for grant in said if grant.allows and songs.is_met_by(grant)]
        ended = [grant for grant in yeses if songs.holds(grant)]
        _end_grants(ended, by=by)
        is_refused = any(songs.is_of(grant) and not grant.allows for grant in said)
        if len(ended) < len(yeses) and not is_refused:
            _say(party, use, songs, [{"allows": False}], by=by)


def _lock_said(party: Party, use: str) -> list[Grant]:
    """What the party says about a use now or later, locked, so that no delivery is dated after what follows.

    The party is locked first, so that versions are numbered one after the other.
    """
    Party.objects.select_for_update(no_key=True, of=("self",)).get(pk=party.pk)
    live = party.grants.filter(_NOT_OVER, use=use)
    begun = live.annotate(has_begun=Q(live_from__lte=Now()))
    return list(begun.select_for_update(no_key=True, of=("self",)).order_by("pk"))


def _end_grants(grants: Iterable[Grant], *, by: Person) -> None:
    for grant in grants:
        Grant.objects.filter(_NOT_ENDED, pk=grant.pk).update(ended_at=Now(), ended_by=by.actor)
        action = "grant.ended" if grant.allows else "grant.refusal_ended"
        trail.record(action, by=by.actor, subject=f"grant:{grant.pk}", **_audit_facts(grant))


def _say(party: Party, use: str, songs: Songs, scopes: Collection[dict[str, Any]], *, by: Person) -> list[Grant]:
    """Store one grant for each scope, all of the same version."""
    versions = party.grants.filter(use=use, **songs.columns).order_by("-version")
    version = (versions.values_list("version", flat=True).first() or 0) + 1
    same = {"use": use, "version": version, "by": by.actor, **songs.columns}
    said = [Grant.objects.create(party=party, **same, **scope) for scope in scopes]
    for grant in said:
        action = "grant.switched_on" if grant.allows else "grant.refused"
        trail.record(action, by=by.actor, subject=f"grant:{grant.pk}", **_audit_facts(grant))
    return said


def _audit_facts(grant: Grant) -> dict[str, Any]:
    facts = {"artist": grant.artist_id, "use": grant.use, "version": grant.version}
    one = {"recording": grant.recording_id, "work": grant.work_id}
    return facts | {name: pk for name, pk in one.items() if pk}
