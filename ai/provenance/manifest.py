"""Sign a file with a C2PA manifest, and read one. This file alone knows c2pa."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import c2pa

from ai.provenance.exceptions import NotSigned
from ai.provenance.keys import SigningKey
from ai.provenance.label import Label

RENDER = "fanfare.render"
TRAINING_USES = ("ai_inference", "ai_generative_training", "ai_training", "data_mining")
# c2pa keeps an asset in memory up to 512 MB otherwise. It asks nobody on the network about a file it reads.
SETTINGS = {
    "core": {"backing_store_memory_threshold_in_mb": 8},
    "verify": {"verify_after_sign": True, "verify_trust": True, "ocsp_fetch": False, "remote_manifest_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
}


@dataclass(frozen=True)
class Reading:
    """A manifest as it was read. `state` is C2PA's: Trusted, Valid or Invalid. Others' manifests name no render."""

    state: str
    render_id: int | None
    issuer: str | None


def sign(source: Path, target: Path, media_type: str, label: Label, key: SigningKey) -> None:
    """Copy `source` with a signed manifest in it. Raises NotSigned."""
    info = c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ES256, key.certificates, key.private_key, key.time_stamps)
    try:
        with (
            c2pa.Signer.from_info(info) as signer,
            c2pa.Context(c2pa.Settings.from_dict(SETTINGS)) as context,
            c2pa.Builder(describe(label), context) as builder,
            source.open("rb") as file,
            target.open("w+b") as out,
        ):
            builder.sign(signer, media_type, file, out)
    except c2pa.C2paError as error:
        raise NotSigned(str(error)) from error


def read(path: Path, media_type: str, *, anchors: bytes, sidecar: bytes | None = None) -> Reading | None:
    """The manifest of a file, or the one that lies beside it; None where there is none."""
    settings = SETTINGS | {"trust": {"trust_anchors": anchors.decode()}}
    try:
        with (
            c2pa.Context(c2pa.Settings.from_dict(settings)) as context,
            path.open("rb") as file,
            c2pa.Reader(media_type, file, sidecar, context=context) as reader,
        ):
            state, active = reader.get_validation_state(), reader.get_active_manifest()
    except c2pa.C2paError:
        return None
    if active is None:
        return None
    found = [each["data"] for each in active.get("assertions", []) if each.get("label") == RENDER]
    number = found[0].get("render") if found else None
    issuer = active.get("signature_info", {}).get("common_name")
    return Reading(str(state), number if isinstance(number, int) else None, issuer)


def describe(label: Label) -> dict[str, Any]:
    """The manifest of a label: opened, edited, of what, and that nobody may train on it."""
    agent = {"name": "Fanfare", "version": label.engine}
    return {
        "claim_generator_info": [agent],
        "title": f"{label.title} (remix)",
        "ingredients": [
            {
                "label": "source",
                "title": label.title,
                "format": "audio/flac",
                "relationship": "parentOf",
                "instance_id": f"urn:isrc:{label.source_isrc}"
                if label.source_isrc
                else f"sha256:{label.source_sha256}",
            }
        ],
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": _actions(label, agent)}},
            {"label": "cawg.training-mining", "data": {"entries": _no_training()}},
            {"label": RENDER, "data": _render(label)},
        ],
    }


def _actions(label: Label, agent: dict[str, str]) -> list[dict[str, Any]]:
    edited = {
        "action": "c2pa.edited",
        "digitalSourceType": label.disclosure.digital_source_type,
        "softwareAgent": agent,
        "description": label.description,
        "parameters": {"recipe_sha256": label.recipe_sha256, "envelope": label.envelope},
    }
    return [{"action": "c2pa.opened", "parameters": {"ingredientIds": ["source"]}}, edited]


def _no_training() -> dict[str, dict[str, str]]:
    return {f"cawg.{use}": {"use": "notAllowed"} for use in TRAINING_USES}


def _render(label: Label) -> dict[str, Any]:
    parts = {name: str(part) for name, part in vars(label.disclosure).items()}
    sources = {"isrc": label.source_isrc, "sha256": label.source_sha256}
    return {"render": label.render_id, "kind": str(label.kind), "source": sources, "disclosure": parts}
