"""What a machine hears in a recording: tempo, first beat, key and sections, each with how sure it is.

It only fills in the form of the artist's team, who know better: what they type counts.
"""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ai.audio.exceptions import DecoderFailed
from ai.audio.limited import run_process
from ai.remix.source import SectionKind

# Numba keeps what it compiles below one of them.
VARIABLES = ("PATH", "HOME", "NUMBA_CACHE_DIR")
WALL_SECONDS = 240
LISTENED_SECONDS = 600
"""Of a longer recording, the machine listens to the beginning."""


@dataclass(frozen=True)
class HeardSection:
    """Bars count from 0. `sure` is 1 to 5, as everywhere here."""

    kind: SectionKind
    first_bar: int
    bars: int
    sure: int


@dataclass(frozen=True)
class Heard:
    """`keys` are the likeliest key and the one with the same notes; `bpm_milli` are thousandths of a beat a minute."""

    bpm_milli: int
    tempo_sure: int
    first_beat_frame: int
    beat_sure: int
    keys: tuple[str, str]
    key_sure: int
    sections: tuple[HeardSection, ...]


def hear(files: Sequence[tuple[str, Path]]) -> Heard | None:
    """Listen to files that we encoded, each with its role, in a process with limits. None where there is no beat.

    Raises DecoderFailed.
    """
    order = json.dumps([[role, str(path.resolve())] for role, path in files])
    try:
        done = run_process("ai.audio.hearing_process", order, seconds=WALL_SECONDS, variables=VARIABLES)
    except subprocess.TimeoutExpired:
        raise DecoderFailed("listening took too long") from None
    if done.returncode:
        raise DecoderFailed(done.stderr[-500:] or f"listening ended with {done.returncode}")
    return msgspec.json.decode(done.stdout, type=Heard | None)
