"""Propose, accept and end agreements. A version is in force once every party accepted it, and ends the one before."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from psycopg.errors import ExclusionViolation

from accounts.exceptions import NotAllowed
from accounts.models import Person
from accounts.roles import is_staff
from audit import trail
from catalog.models import Artist, Recording, Work
from rights import notices
from rights import parties as rights_parties
from rights.exceptions import Overlap, ProposalOver
from rights.models import (
    Acceptance,
    AfterEnd,
    Agreement,
    AgreementParty,
    AgreementScope,
    AgreementVersion,
    Grant,
    Party,
    SplitScheme,
    Use,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What an agreement permits: a use of one song or of all, in one country or everywhere.

    `after_end` says what fans keep when it ends, `monthly_limit` how many items are made in a calendar month (UTC).
    """

    use: str
    artist: Artist | None = None
    recording: Recording | None = None
    work: Work | None = None
    country: str = ""
    tier_class: str = ""
    covers_later: bool = False
    after_end: str = AfterEnd.PLAYS_ON
    monthly_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """A rightsholder that approves each draft too, from the item after number `above` in a calendar month on."""

    party: Party
    above: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What a version says. Without `starts_at` it starts once it is accepted; without `ends_at` it has no end."""

    wording: str
    scopes: tuple[Scope, ...]
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    scheme: SplitScheme | None = None
    keys: tuple[Key, ...] = ()
    remix_bounds: str = ""
    """JSON of how far remixes may go; empty: as far as artists sign."""


def propose(number: str, parties: Collection[Party], terms: Terms, *, by: Person, title: str = "") -> AgreementVersion:
    """Store the next version of an agreement, or the first. Nothing is permitted until every party accepted it.

    Staff and whoever signs for one of the parties may propose, for a next version one of the parties of the newest.
    Raises NotAllowed, and ValueError where a key is held by an artist, whose team decides anyway, or by nobody of the
    parties, or where it is of shared remixes, which no key is asked for.
    """
    _require_may_propose(parties, terms, by=by)
    with transaction.atomic():
        agreement, _ = Agreement.objects.get_or_create(number=number, defaults={"title": title or number})
        Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
        newest = agreement.versions.order_by("-version").first()
        if newest:
            _require_may_follow(newest, parties, by=by)
        version = AgreementVersion.objects.create(
            agreement=agreement,
            version=newest.version + 1 if newest else 1,
            wording=terms.wording,
            scheme=terms.scheme,
            remix_bounds=terms.remix_bounds,
            proposed_by=by.actor,
            starts_at=terms.starts_at or Now(),
            ends_at=terms.ends_at,
        )
        _store_terms(version, parties, terms)
        _record("agreement.proposed", version, by=by)
        notices.post_about_agreement("agreement.proposed", version)
    version.refresh_from_db()
    return version


def _require_may_propose(parties: Collection[Party], terms: Terms, *, by: Person) -> None:
    if not {key.party.pk for key in terms.keys} <= {party.pk for party in parties if party.artist_id is None}:
        raise ValueError("A key is held by a rightsholder that is one of the parties.")
    if terms.keys and any(scope.use == Use.SHARE for scope in terms.scopes):
        raise ValueError("Nobody holds a key of shared remixes.")
    if not (is_staff(by) or any(rights_parties.may_sign(party, by) for party in parties)):
        raise NotAllowed("Only staff, or whoever signs for one of the parties, may propose an agreement.")


def _store_terms(version: AgreementVersion, parties: Collection[Party], terms: Terms) -> None:
    """Store the parties of a new version with their keys, and what it permits."""
    keys = {key.party.pk: key.above for key in terms.keys}
    AgreementParty.objects.bulk_create(
        AgreementParty(version=version, party=party, holds_key=party.pk in keys, key_above=keys.get(party.pk, 0))
        for party in parties
    )
    AgreementScope.objects.bulk_create(AgreementScope(version=version, **_columns(scope)) for scope in terms.scopes)


def _require_may_follow(newest: AgreementVersion, parties: Collection[Party], *, by: Person) -> None:
    """Raise NotAllowed unless a party of the newest version, or staff, proposes the next, and such a party is in it."""
    if not (is_staff(by) or _acts_for_a_party(newest, by, rights_parties.may_sign)):
        raise NotAllowed("Only one of its parties may propose the next version of an agreement.")
    if not newest.parties.filter(party__in=parties).exists():
        raise NotAllowed("The next version of an agreement is with at least one of its parties.")


def open_number(party: Party) -> str:
    """The next free number for an agreement that this party proposes, for example "12-3".

    Call it in the transaction that proposes it: the party is locked, so that two proposals get two numbers.
    """
    Party.objects.select_for_update(no_key=True, of=("self",)).get(pk=party.pk)
    return f"{party.pk}-{Agreement.objects.filter(number__startswith=f'{party.pk}-').count() + 1}"


def accept(
    version: AgreementVersion, party: Party, *, by: Person, fresh: bool, country: str = "", address_hash: str = ""
) -> bool:
    """A party accepts the version as it stands. Returns whether it is in force now, or from its start on.

    Accepting twice changes nothing. Raises NotAllowed, ReauthenticationRequired, ProposalOver and Overlap.
    """
    rights_parties.require_signer(party, by=by, fresh=fresh, what="accept an agreement")
    with transaction.atomic():
        Agreement.objects.select_for_update(no_key=True).get(pk=version.agreement_id)
        version.refresh_from_db()
        if Acceptance.objects.filter(version=version, party=party).exists():
            return version.live_from is not None
        _require_open(version)
        said = {"version": version, "wording_hash": version.wording_hash, "party": party, "by": by.actor}
        Acceptance.objects.create(**said, country=country, address_hash=address_hash)
        _record("agreement.accepted", version, by=by, party=party.pk)
        accepted = Acceptance.objects.filter(version=version).count()
        is_in_force = accepted == AgreementParty.objects.filter(version=version).count()
        if is_in_force:
            _bring_into_force(version, by=by)
        else:
            notices.post_about_agreement("agreement.accepted", version)
    version.refresh_from_db()
    return is_in_force


def end(version: AgreementVersion, *, by: Person) -> None:
    """One of the parties ends a version and all that it permits, now; of one that is not in force, the proposal.

    Ending it twice changes nothing. Raises NotAllowed.
    """
    if not _acts_for_a_party(version, by, rights_parties.may_stop):
        raise NotAllowed("Only one of the parties may end an agreement.")
    with transaction.atomic():
        Agreement.objects.select_for_update(no_key=True).get(pk=version.agreement_id)
        live = AgreementVersion.objects.filter(Q(ended_at=None) | Q(ended_at__gt=Now()))
        if live.filter(pk=version.pk).update(ended_at=Now(), ended_by=by.actor):
            _end_grants(version)
            _record("agreement.ended", version, by=by)
            notices.post_about_agreement("agreement.ended", version)
    version.refresh_from_db()


def _acts_for_a_party(version: AgreementVersion, by: Person, may: Callable[[Party, Person], bool]) -> bool:
    return any(may(party, by) for party in Party.objects.filter(pk__in=version.parties.values("party")))


def _require_open(version: AgreementVersion) -> None:
    """Raise ProposalOver unless the version can still come into force."""
    if version.ended_at is not None:
        raise ProposalOver("This proposal was taken back, refused, or replaced by a newer version. Nothing changed.")
    newer = AgreementVersion.objects.filter(agreement=version.agreement_id, version__gt=version.version)
    if newer.exclude(live_from=None).exists():
        raise ProposalOver("A newer version of this agreement was accepted. Nothing changed.")
    if version.ends_at and AgreementVersion.objects.filter(pk=version.pk, ends_at__lte=Now()).exists():
        raise ProposalOver("The last day of these terms has passed, so nobody can accept them. Propose a new version.")


# In SQL: INSERT … SELECT, and updates over joins, which Django does not have.
_SAME_SCOPE = """
rights_acceptance given JOIN rights_party party ON party.id = given.party_id
JOIN rights_agreementversion version ON version.id = given.version_id
JOIN rights_agreementscope scope ON scope.version_id = version.id
    AND (party.artist_id IS NULL OR coalesce(scope.artist_id, party.artist_id) = party.artist_id)
"""
_IS_SAID = """
said.party_id = given.party_id
AND (said.use, said.tier_class, said.country) = (scope.use, scope.tier_class, scope.country)
AND (said.artist_id, said.recording_id, said.work_id)
    IS NOT DISTINCT FROM (coalesce(scope.artist_id, party.artist_id), scope.recording_id, scope.work_id)
AND (said.ended_at IS NULL OR said.ended_at > greatest(version.starts_at, statement_timestamp()))
"""
# What a party permitted by itself is from now on permitted by the agreement. What it refused stays refused.
END_OWN_SQL = f"""
UPDATE rights_grant said SET ended_at = greatest(version.starts_at, statement_timestamp()), ended_by = given.by
FROM {_SAME_SCOPE} WHERE version.id = %s AND {_IS_SAID} AND said.allows AND said.agreement_version_id IS NULL
"""  # noqa: S608 - of constants
# One statement, so that the new version begins at the instant at which the one before ends. Older proposals are over.
BEGIN_SQL = """
WITH start AS (
    SELECT id, agreement_id, version, greatest(starts_at, statement_timestamp()) AS at
    FROM rights_agreementversion WHERE id = %s
)
UPDATE rights_agreementversion version SET
    live_from = CASE WHEN version.id = start.id THEN start.at ELSE version.live_from END,
    ended_at = CASE WHEN version.id = start.id THEN NULL ELSE start.at END,
    ended_by = CASE WHEN version.id = start.id THEN NULL ELSE (
        SELECT given.by FROM rights_acceptance given
        JOIN rights_agreementparty party ON party.version_id = version.id AND party.party_id = given.party_id
        WHERE given.version_id = start.id ORDER BY NOT rights_may_stop(given.party_id, given.by), given.by LIMIT 1
    ) END
FROM start WHERE version.id = start.id OR version.agreement_id = start.agreement_id
    AND (version.ends_at IS NULL OR version.ends_at > start.at)
    AND (version.ended_at IS NULL OR version.ended_at > start.at)
    AND (version.live_from IS NOT NULL OR version.version < start.version AND EXISTS (
        SELECT FROM rights_acceptance given
        JOIN rights_agreementparty party ON party.version_id = version.id AND party.party_id = given.party_id
        WHERE given.version_id = start.id
    ))
RETURNING version.id
"""
INSERT_GRANTS_SQL = f"""
INSERT INTO rights_grant (party_id, artist_id, use, tier_class, recording_id, work_id, country, covers_later,
    after_end, version, by, live_from, live_until, agreement_version_id)
SELECT given.party_id, coalesce(scope.artist_id, party.artist_id), scope.use, scope.tier_class, scope.recording_id,
    scope.work_id, scope.country, scope.covers_later, scope.after_end, 1 + coalesce((
        SELECT max(before.version) FROM rights_grant before
        WHERE before.party_id = given.party_id AND before.use = scope.use
    ), 0), given.by, version.live_from, version.ends_at, version.id
FROM {_SAME_SCOPE}
WHERE version.id = %s AND NOT EXISTS (SELECT FROM rights_grant said WHERE {_IS_SAID} AND NOT said.allows)
"""  # noqa: S608


def _bring_into_force(version: AgreementVersion, *, by: Person) -> None:
    """End what the version replaces, and insert its grants. Raises Overlap."""
    try:
        _replace_grants(version)
    except IntegrityError as error:
        if not isinstance(error.__cause__, ExclusionViolation):
            raise
        raise Overlap(
            "Another agreement of one of these parties permits the same at the same time. End it first, or let this "
            "one begin when it ends."
        ) from error
    _record("agreement.in_force", version, by=by)
    notices.post_about_agreement("agreement.in_force", version)


def _replace_grants(version: AgreementVersion) -> None:
    with connection.cursor() as cursor:
        cursor.execute(END_OWN_SQL, [version.pk])
        cursor.execute(BEGIN_SQL, [version.pk])
        changed = [row[0] for row in cursor.fetchall()]
        for before in AgreementVersion.objects.filter(pk__in=changed).exclude(pk=version.pk):
            _end_grants(before)
        cursor.execute(INSERT_GRANTS_SQL, [version.pk])


def _end_grants(version: AgreementVersion) -> None:
    """The grants of a version end with it."""
    version.refresh_from_db(fields=["ended_at", "ended_by"])
    live = Grant.objects.filter(Q(ended_at=None) | Q(ended_at__gt=version.ended_at), agreement_version=version)
    live.update(ended_at=version.ended_at, ended_by=version.ended_by)


def _columns(scope: Scope) -> dict[str, Any]:
    return {name: getattr(scope, name) for name in scope.__slots__}


def _record(action: str, version: AgreementVersion, *, by: Person, **facts: Any) -> None:
    subject = f"agreement:{version.agreement_id}"
    trail.record(action, by=by.actor, subject=subject, version=version.version, **facts)
