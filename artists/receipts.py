"""Build the receipts of experiences. A receipt has roles and versions, never the fan, the text or who decided."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from artists.models import Draft
from catalog.models import Artist
from rights import hashing
from rights.models import ClearanceGrant, Decision, Grant, Use

type Receipt = dict[str, Any]


def build_receipts(drafts: Sequence[Draft]) -> dict[int, Receipt]:
    """The receipt of each draft by its id, in one query.

    The drafts come with artist, decision, version and the version's decision.
    """
    grants: dict[int, list[Receipt]] = {draft.clearance_id: [] for draft in drafts}
    rows = ClearanceGrant.objects.filter(clearance__in=grants).select_related("grant__party").order_by("grant")
    for row in rows:
        grants[row.clearance_id].append(_grant_facts(row.grant))
    return {draft.pk: _build_receipt(draft, grants[draft.clearance_id]) for draft in drafts}


def _build_receipt(draft: Draft, grants: list[Receipt]) -> Receipt:
    decision, signed = draft.decision, draft.version.decision
    assert decision is not None  # a constraint promises it
    return {
        "artist_id": draft.artist_id,
        "credit": draft.credit,
        "decision": {"id": decision.pk, "kind": decision.kind, **_decision_facts(decision, draft.artist)},
        "shape": {"decision": signed.pk, "sha256": signed.content_hash, **_decision_facts(signed, draft.artist)}
        if signed and decision.under_id
        else None,
        "program": {"id": draft.version.program_id, "version": draft.version.version},
        "grants": grants,
        "parts": draft.parts,
        "commitment": {"sha256": decision.content_hash, "how": hashing.COMMITMENT_DESCRIPTION},
    }


def _decision_facts(decision: Decision, artist: Artist) -> Receipt:
    """In which role somebody decided, for which side, and when. Who it was is in the audit only."""
    principal = decision.role == "principal"
    return {
        "role": decision.role,
        "side": "principal" if principal else "team",
        "name": artist.name if principal else f"{artist.name}'s team",
        "at": _format_time(decision.at),
    }


def _grant_facts(grant: Grant) -> Receipt:
    return {
        "id": grant.pk,
        "version": grant.version,
        "party": grant.party.name,
        "use": grant.use,
        "use_words": Use(grant.use).label,
        "live_from": _format_time(grant.live_from),
    }


def _format_time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
