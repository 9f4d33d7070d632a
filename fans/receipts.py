"""Derive receipts from the rows that experiences point to. A receipt never has the fan, the text or who decided.

A receipt stores nothing: its decision, signed shape and grants are rows of history, which nobody can change.
"""

from datetime import datetime
from typing import Any

from django.db.models import Sum

from billing.models import EarnedShare
from fans.models import Experience, Mark
from rights import hashing
from rights.models import ClearanceGrant, Decision, Grant
from rights.refusals import write_use
from rights.shares import Role

type Receipt = dict[str, Any]
TEAM_SUFFIX = "’s team"
"""The end of a name that stands for an artist's team."""


def build_receipt(experience: Experience) -> Receipt:
    """The receipt, in one query. The experience comes with its decision and with the decision above that."""
    decision, signed = experience.decision, experience.decision.under
    artist = experience.credit.removesuffix(TEAM_SUFFIX)
    links = ClearanceGrant.objects.filter(clearance=experience.clearance_id).select_related("grant__party")
    return {
        "artist_id": experience.artist_id,
        "credit": experience.credit,
        "decision": {"id": decision.pk, "kind": decision.kind, **_decision_facts(decision, artist)},
        "shape": signed and {"decision": signed.pk, "sha256": signed.content_hash, **_decision_facts(signed, artist)},
        "program": {"id": experience.program, "version": experience.program_version},
        "grants": [_grant_facts(link.grant) for link in links.order_by("grant")],
        "parts": list_parts(experience.mark, experience.credit, experience.maker),
        "commitment": {"sha256": decision.content_hash, "how": hashing.COMMITMENT_DESCRIPTION},
        "why": {"sha256": decision.why_hash, "how": hashing.WHY_DESCRIPTION},
    }


def list_paid_roles(experience: Experience) -> list[str]:
    """In which roles somebody was paid of it, in one query; without names and amounts: those are not public."""
    shares = EarnedShare.objects.filter(experience=experience.pk).values_list("role")
    roles = {role for role, _ in shares.annotate(total=Sum("amount")).filter(total__gt=0).order_by()}
    return [role.label for role in Role if role in roles]


def list_parts(mark: str, credit: str, maker: str) -> list[dict[str, str]]:
    """Who or what made each part. A person is "the artist" or "the team", never named.

    `credit` is the name in the mark: of a text that a person changed, the side that changed it.
    """
    artist = credit.removesuffix(TEAM_SUFFIX)
    model = f"the model {maker.removeprefix('model:')}"
    match mark:
        case Mark.WRITTEN:
            return [{"part": "words", "by": f"{credit}, typed by a person", "kind": "person"}]
        case Mark.FILLED:
            return [
                {"part": "words", "by": f"{artist}, in sentences signed beforehand", "kind": "person"},
                {"part": "names and facts", "by": "the composer: rules, no model", "kind": "rules"},
            ]
        case Mark.EDITED:
            return [{"part": "words", "by": f"{model}, changed by {credit}", "kind": "model"}]
        case _:
            return [{"part": "words", "by": model, "kind": "model"}]


def _decision_facts(decision: Decision, artist: str) -> Receipt:
    """In which role somebody decided, for which side, and when. Who it was is in the audit only."""
    principal = decision.role == "principal"
    return {
        "role": decision.role,
        "side": "principal" if principal else "team",
        "name": artist if principal else f"{artist}{TEAM_SUFFIX}",
        "at": _format_time(decision.at),
    }


def _grant_facts(grant: Grant) -> Receipt:
    return {
        "id": grant.pk,
        "version": grant.version,
        "party": grant.party.name,
        "use": grant.use,
        "use_words": write_use(grant.use),
        "live_from": _format_time(grant.live_from),
    }


def _format_time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
