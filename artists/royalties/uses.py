"""Record which experiences a fan used of a tier, and which remixes of others they heard, with who is paid of each."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now

from artists.models import ExperienceUse
from artists.royalties import income
from artists.royalties.lines import Fractions
from billing.models import Entitlement
from billing.recognition import first_moment, next_month
from catalog.models import Artist, Recording
from fans.models import Experience, ShelfEntry
from listens.models import Listen
from rights.models import Use
from rights.sales import Sale
from rights.splits import ShareKey

PAYABLE_MS = 30_000
"""A play that is shorter is nobody's income."""


def record(experience: Experience) -> None:
    """Record it in the caller's transaction. A second time changes nothing.

    What the fan paid for the month is shared among what was used in it, whatever other fans use.
    """
    ExperienceUse.objects.bulk_create([_describe_delivered(experience)], ignore_conflicts=True)


def record_delivered(delivered: Iterable[Experience]) -> None:
    """Record those that a tier includes: of a program that is part of what the fan has paid for."""
    by_fan: dict[tuple[UUID, int, int], list[Experience]] = defaultdict(list)
    for one in delivered:
        by_fan[one.person_id, one.artist_id, one.program].append(one)
    live = Entitlement.objects.filter(
        person__in={person for person, _, _ in by_fan}, book=settings.PAYMENTS, valid_until__gt=Now()
    ).select_related("version")
    included = [
        experience
        for one in live
        for program in one.version.programs
        for experience in by_fan.get((one.person_id, one.artist_id, program["id"]), ())
    ]
    ExperienceUse.objects.bulk_create([_describe_delivered(one) for one in included], ignore_conflicts=True)


def record_heard(people: Collection[UUID | None], month: str, artist: int) -> None:
    """Record what these fans heard in a month of an artist's shelf, in the caller's transaction.

    However often they heard it, an entry is one use of the month. Whoever made it has it already.
    """
    heard = _list_heard(people, month, artist)
    entries = ShelfEntry.objects.filter(artist=artist).select_related("experience", "artist", "recording")
    found = entries.in_bulk({entry for _, entry in heard})
    songs = {entry.recording_id: entry for entry in found.values()}
    sales = {pk: _find_sale(entry.artist, Use.SHARE, [entry.recording]) for pk, entry in songs.items()}
    ExperienceUse.objects.bulk_create(
        [
            _describe(found[pk].experience, Use.SHARE, sales[found[pk].recording_id], person_id=person, month=month)
            for person, pk in heard
            if pk in found and found[pk].person_id != person
        ],
        ignore_conflicts=True,
    )


def _list_heard(people: Collection[UUID | None], month: str, artist: int) -> list[tuple[UUID, int]]:
    """Who heard which entry of a shelf, in one query. Of a remix alone our own player says what was heard."""
    plays = Listen.objects.counted().of_remixes().filter(person__in=people, recording__artist=artist)
    during = plays.filter(
        started_at__gte=first_moment(month, UTC),
        started_at__lt=first_moment(next_month(month), UTC),
        played_ms__gte=PAYABLE_MS,
        extra__playback__context_uri__startswith="shelf:",
    )
    rows = during.order_by("person", "extra__playback__context_uri").values_list(
        "person", "extra__playback__context_uri"
    )
    return [(person, int(reference.removeprefix("shelf:"))) for person, reference in rows.distinct()]


def read_fractions(use: ExperienceUse) -> Fractions:
    """Who is paid of it. Empty where the artist's own income is meant."""
    return {
        ShareKey(party, role, recording, work): Fraction(numerator, denominator)
        for party, role, recording, work, numerator, denominator in use.fractions
    }


def _describe_delivered(experience: Experience) -> ExperienceUse:
    sale = _find_sale(experience.artist, experience.use, experience.clearance.recordings.all())
    fan, month = experience.person_id, f"{experience.delivered_at:%Y%m}"
    return _describe(experience, experience.use, sale, person_id=fan, month=month)


def _find_sale(artist: Artist, use: str, songs: Iterable[Recording]) -> Sale | None:
    """None for what is shared as the payment itself is: a message, and what cannot be sold on its own."""
    found = income.find_sale(artist, use, songs) if use != Use.PERSONAL_MESSAGE else None
    return found if isinstance(found, Sale) else None


def _describe(experience: Experience, use: str, sale: Sale | None, **whose: Any) -> ExperienceUse:
    return ExperienceUse(
        experience=experience,
        artist_id=experience.artist_id,
        use=use,
        scheme=sale.scheme if sale else None,
        fractions=[
            [key.party, key.role, key.recording, key.work, fraction.numerator, fraction.denominator]
            for key, fraction in (sale.fractions.items() if sale else ())
        ],
        **whose,
    )
