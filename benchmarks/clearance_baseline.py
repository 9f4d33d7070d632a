"""The question of clearance as a Django project would usually ask it: with the ORM, one object after the other."""

import harness  # noqa: F401 - sets up Django
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from catalog.models import Recording
from rights.clearance_result import ClearanceRequest
from rights.models import Claim, Grant, Party
from rights.shares import Role


def is_cleared(request: ClearanceRequest) -> bool:
    """Whether the artist and every owner of each recording and work permit the use."""
    artist = Party.objects.get(artist=request.artist_id)
    for recording in Recording.objects.filter(pk__in=request.recordings):
        owners = list(_live(Claim.objects.filter(recording=recording, role=Role.RECORDING_OWNER)))
        works = list(recording.works)
        of_works = list(_live(Claim.objects.filter(work__in=works)))
        if not works or sum(claim.share for claim in owners) != 10_000:
            return False
        if any(sum(c.share for c in of_works if c.work_id == w.pk and c.role == "writer") != 10_000 for w in works):
            return False
        needed = [
            (artist, None),
            *((claim.administered_by or claim.party, claim.work_id) for claim in [*owners, *of_works]),
        ]
        if not all(_permits(party, request, recording.pk, work) for party, work in needed):
            return False
    return True


def _live(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    live = Q(live_until=None) | Q(live_until__gt=Now())
    confirmed = claims.filter(live, live_from__lte=Now(), confirmed_at__isnull=False)
    return confirmed.filter(Q(disputed_at=None) | Q(settled_at__isnull=False)).select_related(
        "party", "administered_by"
    )


def _permits(party: Party, request: ClearanceRequest, recording: int, work: int | None) -> bool:
    grants = Grant.objects.filter(
        Q(live_until=None) | Q(live_until__gt=Now()),
        Q(recording=None) | Q(recording=recording),
        Q(work=None) | Q(work=work),
        Q(artist=None) | Q(artist=request.artist_id),
        party=party,
        use=request.use,
        ended_at=None,
        live_from__lte=Now(),
        country__in=["", request.territory],
    )
    said = [grant.allows for grant in grants]
    return bool(said) and all(said)
