"""Derive receipts from the rows that experiences point to. A receipt never has the fan, the text or who decided.

A receipt stores nothing: its decision, signed shape and grants are rows of history, which nobody can change.
"""

from datetime import datetime
from typing import Any

from django.db.models import Sum

from ai.origins import How, Origin, parse_maker
from ai.provenance.label import Part
from billing.models import EarnedShare
from fans.desk.words import format_length
from fans.models import Experience, Mark
from fans.remixes import MAKER_DESK, MAKER_RULES, MAKER_TEAM, Remix, find_remix, is_remix
from rights import hashing
from rights.models import ClearanceGrant, Decision, Grant
from rights.refusals import write_use
from rights.shares import Role

type Receipt = dict[str, Any]
TEAM_SUFFIX = "’s team"
"""The end of a name that stands for an artist's team."""


def build_receipt(experience: Experience) -> Receipt:
    """The receipt, in one query, of a remix in two. The experience comes with its decision and the one above that."""
    decision, signed = experience.decision, experience.decision.under
    artist = experience.credit.removesuffix(TEAM_SUFFIX)
    remix = find_remix(experience.maker, experience.text)
    links = ClearanceGrant.objects.filter(clearance=experience.clearance_id).select_related("grant__party")
    return {
        "artist_id": experience.artist_id,
        "credit": experience.credit,
        "decision": {"id": decision.pk, "kind": decision.kind, **_decision_facts(decision, artist)},
        "shape": signed and {"decision": signed.pk, "sha256": signed.content_hash, **_decision_facts(signed, artist)},
        "program": {"id": experience.program, "version": experience.program_version},
        "grants": [_grant_facts(link.grant) for link in links.order_by("grant")],
        "parts": list_parts(experience.mark, experience.credit, experience.maker, remix),
        "remix": remix and _remix_facts(remix, decision),
        "commitment": {"sha256": decision.content_hash, "how": hashing.COMMITMENT_DESCRIPTION},
        "why": {"sha256": decision.why_hash, "how": hashing.WHY_DESCRIPTION},
    }


def list_paid_roles(experience: Experience) -> list[str]:
    """In which roles somebody was paid of it, in one query; without names and amounts: those are not public."""
    shares = EarnedShare.objects.filter(experience=experience.pk).values_list("role")
    roles = {role for role, _ in shares.annotate(total=Sum("amount")).filter(total__gt=0).order_by()}
    return [role.label for role in Role if role in roles]


def list_parts(mark: str, credit: str, maker: str, remix: Remix | None = None) -> list[dict[str, str]]:
    """Who or what made each part. A person is "the artist", "the team" or "a fan", never named.

    `credit` is the name in the mark: of a text that a person changed, the side that changed it.
    """
    artist = credit.removesuffix(TEAM_SUFFIX)
    if is_remix(maker):
        return _list_remix_parts(artist, maker, remix)
    if origin := parse_maker(maker):
        return _list_suggested_parts(origin, mark, credit)
    model = f"the model {maker.removeprefix('model:')}"
    match mark:
        case Mark.WRITTEN:
            return [{"part": "words", "by": f"{credit}, typed by a person", "kind": "person"}]
        case Mark.FILLED:
            return [
                {"part": "words", "by": f"{artist}, in sentences signed beforehand", "kind": "person"},
                {"part": "names and facts", "by": "filled in by fixed rules, no AI", "kind": "rules"},
            ]
        case Mark.EDITED:
            return [{"part": "words", "by": f"{model}, changed by {credit}", "kind": "model"}]
        case _:
            return [{"part": "words", "by": model, "kind": "model"}]


def _list_suggested_parts(origin: Origin, mark: str, credit: str) -> list[dict[str, str]]:
    """Of sentences that a model suggested and a principal signed. A person may have changed this message since."""
    artist = credit.removesuffix(TEAM_SUFFIX)
    words = f"the model {origin.model}, on {origin.day}"
    if origin.how is How.CHANGED:
        words += f", changed by {artist}’s side"
    words += f", in sentences that {artist} signed beforehand"
    if mark == Mark.EDITED and origin.how is How.SUGGESTED:
        words += f", changed by {credit} for this message"
    return [
        {"part": "words", "by": words, "kind": "model"},
        {"part": "names and facts", "by": "the composer: rules, no model", "kind": "rules"},
    ]


def _list_remix_parts(artist: str, maker: str, remix: Remix | None) -> list[dict[str, str]]:
    """The five parts that music services ask about, where the paper is still there, and who chose. No sound is new."""
    chosen_by = {
        MAKER_DESK: ("a fan, at the remix desk", "person"),
        MAKER_RULES: ("rules, no model", "rules"),
        MAKER_TEAM: (f"{artist}’s side, who suggested it", "person"),
    }[maker]
    parts = [
        {"part": "changes", "by": chosen_by[0], "kind": chosen_by[1]},
        {"part": "sound", "by": f"{artist}’s own recording, rendered by rules, no model", "kind": "rules"},
    ]
    if remix is None:
        return parts
    done = {
        Part.ABSENT: ("left out", "rules"),
        Part.AS_RECORDED: (f"{artist}, as recorded", "person"),
        Part.PROCESSED: (f"{artist}’s recording, processed", "rules"),
        Part.REARRANGED: (f"{artist}’s recording, rearranged", "rules"),
    }
    said = remix.disclosure(maker)
    for name in ("vocals", "instrumentation", "composition", "post_production", "lyrics"):
        by, kind = done[getattr(said, name)]
        parts.append({"part": name.replace("_", "-"), "by": by, "kind": kind})
    return parts


def _remix_facts(remix: Remix, decision: Decision) -> Receipt:
    """What was changed, within which limits, how much of it the decider had heard, and the digests of its files."""
    paper, heard = remix.paper, decision.heard_seconds or 0
    return {
        "changes": [{"what": what, "how": how} for what, how in remix.changes],
        "heard": {
            "seconds": heard,
            "of": remix.seconds,
            "words": f"heard {format_length(min(heard, remix.seconds))} of {remix.length}",
            "whole": heard >= remix.seconds,
        },
        "envelope": {"id": paper.envelope, "version": paper.version, "sha256": paper.envelope_hash},
        "engine": paper.engine,
        "render": paper.render,
        "files": [
            {"name": name, "sha256": facts.sha256, "bytes": facts.bytes, "media_type": facts.media_type}
            for name, facts in sorted(paper.files.items())
        ],
    }


def _decision_facts(decision: Decision, artist: str) -> Receipt:
    """In which role somebody decided, for which side, and when. Who it was is in the audit only.

    Where nobody read exactly this, the side is "nobody", and the name is that of who signed its words.
    """
    if decision.by is None:
        return {"role": "", "side": "nobody", "name": artist, "at": _format_time(decision.at)}
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
