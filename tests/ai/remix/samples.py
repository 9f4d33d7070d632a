"""Sources and envelopes for the tests of remixes."""

from typing import Any

import msgspec

from ai.remix.envelope import Envelope
from ai.remix.source import Source

SECTIONS = [("intro", 2), ("verse", 4), ("chorus", 4), ("bridge", 2), ("outro", 2)]


def make_source(*, frames: int = 1_400_000, no_cut: tuple[dict[str, int], ...] = (), **changes: Any) -> Source:
    """14 bars of two seconds at 120 beats a minute, drums, bass, chords and a voice."""
    first_bar, sections = 0, []
    for name, bars in SECTIONS:
        sections.append({"id": name, "name": name.title(), "kind": name, "first_bar": first_bar, "bars": bars})
        first_bar += bars
    stems = [
        {"id": role, "role": role, "sha256": format(number, "064x")}
        for number, role in enumerate(("drums", "bass", "chords", "vocals"))
    ]
    content = {
        "sample_rate": 44100,
        "frames": frames,
        "bpm_milli": 120_000,
        "beats_per_bar": 4,
        "first_beat_frame": 441,
        "key": "a-minor",
        "stems": stems,
        "sections": sections,
        "no_cut": list(no_cut),
    }
    return Source.parse(msgspec.json.encode(content | changes))


def make_envelope(source: Source, **changes: Any) -> Envelope:
    content = {
        "source": source.digest,
        "tempo_percent": [85, 115],
        "pitch_semitones": [-2, 2],
        "stems": {
            stem.id: {"gain_half_db": [-12, 4], "may_mute": stem.role in {"drums", "chords"}} for stem in source.stems
        },
        "sections": {section.id: {"required": section.kind == "chorus", "max_times": 2} for section in source.sections},
        "order": "recorded",
        "begin_with": [],
        "max_sections": 12,
        "seconds": [8, 120],
        "rooms": ["none", "kitchen", "hall"],
        "colours": ["none", "warm", "radio", "echo"],
        "vocals": {"max_pitch_semitones": 1},
        "export": {"stream": True, "download": False, "share": False},
        "expires": "2027-05-31",
    }
    return Envelope.parse(msgspec.json.encode(content | changes))
