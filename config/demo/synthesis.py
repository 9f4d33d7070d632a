"""Compose short pieces of music by rules, as sounds for the demo's recordings.

The same seed makes the same bytes. One round of four chords is made once, layer by layer. A piece is a few rounds
with more and fewer layers, so that composing takes seconds and needs no library.
"""

import hashlib
import math
import random
import wave
from array import array
from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.db import transaction

from catalog.models import Recording, Sound
from config.demo.artist_data import ARTISTS

SONGS_PER_ARTIST = 3
SAMPLE_RATE = 22_050  # samples a second, one channel, 16 bits
WAVETABLE_SIZE = 2048  # samples of one period of a waveform
PEAK_AMPLITUDE = 0.8 * 32_767
CHORD_PROGRESSIONS = {  # of the scale, in thirds; the sixth of the scale is 5
    "major": [(0, 4, 5, 3), (0, 5, 3, 4), (3, 0, 4, 5), (0, 2, 3, 4), (5, 3, 0, 4)],
    "minor": [(0, 5, 2, 6), (0, 3, 5, 4), (0, 6, 5, 6), (0, 2, 6, 3), (5, 6, 0, 0)],
}
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
# What plays in each round: pad, bass, beat, melody. The last note rings out after the last round.
ROUND_VOLUMES = [(0.9, 0.0, 0.0, 0.4), (0.8, 0.8, 0.7, 0.0), (0.8, 0.9, 0.9, 0.8), (0.9, 0.7, 0.5, 0.9)]

type Layer = array[float]


def compose_next() -> bool:
    """Compose a sound for one of the demo's recordings without one, the first artist's first; False if all have one."""
    for artist in ARTISTS:
        titles = list(artist.songs)[:SONGS_PER_ARTIST]
        silent = Recording.objects.filter(artist__slug=artist.slug, title__in=titles, sound=None)
        recording = min(silent, key=lambda candidate: titles.index(candidate.title), default=None)
        if recording:
            compose_recording(recording, seed=f"{recording.artist_credit}: {recording.title}")
            return True
    return False


def compose_recording(recording: Recording, seed: str) -> Sound:
    """Compose the recording's sound from the seed and write it below MEDIA_ROOT. It replaces an earlier sound."""
    samples = compose_samples(seed)
    seconds = (Decimal(len(samples)) / SAMPLE_RATE).quantize(Decimal("0.001"))
    return store_sound(recording, _encode_wav(samples), "wav", seconds)


def store_sound(recording: Recording, content: bytes, ending: str, seconds: Decimal) -> Sound:
    """Write the recording's sound below MEDIA_ROOT. It replaces an earlier sound."""
    digest = hashlib.sha256(content).hexdigest()
    path = f"sounds/{recording.pk}-{digest[:16]}.{ending}"
    _write_atomically(Path(settings.MEDIA_ROOT) / path, content)
    facts = {"path": path, "seconds": seconds, "sha256": digest, "content_type": f"audio/{ending}"}
    with transaction.atomic():
        return Sound.objects.update_or_create(recording=recording, defaults=facts)[0]


def compose_samples(seed: str) -> "array[int]":
    """The samples of a piece of 20 to 45 seconds: signed, 16 bits, one channel."""
    chance = random.Random(seed)  # noqa: S311 - music, no secret
    mode = chance.choice(["major", "minor"])
    beat = 60 / chance.randint(76, 112)
    root = chance.randint(45, 56)  # A2 to G#3
    chords = [_chord_frequencies(root, mode, degree) for degree in chance.choice(CHORD_PROGRESSIONS[mode])]
    layers = [
        _pad(chords, beat, chance),
        _bass(chords, beat, chance),
        _drums(beat, chance),
        _melody(chords, beat, chance),
    ]
    rounds = ROUND_VOLUMES if 16 * beat * len(ROUND_VOLUMES) < 42 else ROUND_VOLUMES[1:]
    mixed = array("f")
    for volumes in rounds:
        mixed.extend(_mix(layers, volumes))
    mixed.extend(_mix([layers[0][: int(2.5 * SAMPLE_RATE)]], (0.8,)))
    return _fade_and_normalise(mixed)


def _chord_frequencies(root: int, mode: str, degree: int) -> list[float]:
    """The frequencies of a chord's three notes, in hertz."""
    scale = SCALES[mode]
    steps = [degree, degree + 2, degree + 4]
    return [_frequency(root + scale[step % 7] + 12 * (step // 7)) for step in steps]


def _frequency(key: int) -> float:
    return float(440 * 2 ** ((key - 69) / 12))


def _wavetable(overtones: Iterable[float]) -> list[float]:
    parts = list(enumerate(overtones, start=1))
    turns = [2 * math.pi * n / WAVETABLE_SIZE for n in range(WAVETABLE_SIZE)]
    return [sum(loud * math.sin(number * turn) for number, loud in parts) for turn in turns]


WARM, ROUND, BELL = (
    _wavetable([1, 0.35, 0.18, 0.08, 0.05]),
    _wavetable([1, 0.5, 0.1]),
    _wavetable([1, 0, 0.22, 0, 0.06, 0, 0.02]),
)


def _tone(table: list[float], frequency: float, shape: list[float]) -> list[float]:
    step, mask = frequency * WAVETABLE_SIZE / SAMPLE_RATE, WAVETABLE_SIZE - 1
    return [table[int(n * step) & mask] * loud for n, loud in enumerate(shape)]


def _swell_envelope(seconds: float, rise: float, fall: float) -> list[float]:
    """Volumes from 0 to 1 that rise, stay and fall; `rise` and `fall` are in seconds."""
    total, up, down = int(seconds * SAMPLE_RATE), int(rise * SAMPLE_RATE), int(fall * SAMPLE_RATE)
    rising = [0.5 - 0.5 * math.cos(math.pi * n / up) for n in range(up)]
    falling = [0.5 + 0.5 * math.cos(math.pi * n / down) for n in range(down)]
    return rising + [1.0] * (total - up - down) + falling


def _decay_envelope(seconds: float, half_life: float) -> list[float]:
    """Volumes from 0 to 1 that start loud and fade. The first and last samples are faded, so that it does not click."""
    fade = 0.5 ** (1 / (half_life * SAMPLE_RATE))
    shape, loud = [], 1.0
    for _ in range(int(seconds * SAMPLE_RATE)):
        shape.append(loud)
        loud *= fade
    for n in range(60):
        shape[n] *= n / 60
        shape[-1 - n] *= n / 60
    return shape


def _empty_layer(beat: float) -> Layer:
    return array("f", bytes(4 * int(16 * beat * SAMPLE_RATE)))


def _overlay(layer: Layer, at: float, sound: list[float]) -> None:
    """Add a sound at this second. What is longer than the layer continues at its beginning, because rounds repeat."""
    start = int(at * SAMPLE_RATE) % len(layer)
    head = sound[: len(layer) - start]
    layer[start : start + len(head)] = array("f", map(float.__add__, layer[start : start + len(head)], head))
    if rest := sound[len(head) :]:
        layer[: len(rest)] = array("f", map(float.__add__, layer[: len(rest)], rest))


def _pad(chords: list[list[float]], beat: float, chance: random.Random) -> Layer:
    layer, shape = _empty_layer(beat), _swell_envelope(4.4 * beat, 0.9 * beat, 0.8 * beat)
    for bar, chord in enumerate(chords):
        for frequency in chord:
            detuned = frequency * (1 + chance.uniform(-0.0015, 0.0015))
            _overlay(layer, 4 * bar * beat, [0.2 * sample for sample in _tone(WARM, detuned, shape)])
    return layer


def _bass(chords: list[list[float]], beat: float, chance: random.Random) -> Layer:
    layer, shape = _empty_layer(beat), _decay_envelope(1.9 * beat, 0.5 * beat)
    places = chance.choice([(0, 2), (0, 1.5, 2.5), (0, 2.5)])
    for bar, chord in enumerate(chords):
        low = chord[0] / 2
        note = [0.42 * sample for sample in _tone(ROUND, low, shape)]
        for place in places:
            _overlay(layer, (4 * bar + place) * beat, note)
    return layer


def _drums(beat: float, chance: random.Random) -> Layer:
    """A soft drum on the strong beats, a brush on the weak ones, and a tick between them."""
    layer = _empty_layer(beat)
    drum = [
        0.6 * math.sin(140 * (1 - math.exp(-n / 900)) * 0.35) * loud
        for n, loud in enumerate(_decay_envelope(0.3, 0.06))
    ]
    brush, tick = _noise(chance, 0.18, 0.035, 0.16), _noise(chance, 0.05, 0.01, 0.07)
    swing = chance.choice([0.5, 0.5, 0.62])
    for n in range(16):
        _overlay(layer, n * beat, brush if n % 2 else drum)
        _overlay(layer, (n + swing) * beat, tick)
    return layer


def _noise(chance: random.Random, seconds: float, half_life: float, loud: float) -> list[float]:
    """Noise without its highest frequencies, fading."""
    last, sound = 0.0, []
    for shape in _decay_envelope(seconds, half_life):
        last += 0.6 * (chance.uniform(-1, 1) - last)
        sound.append(loud * shape * last)
    return sound


def _melody(chords: list[list[float]], beat: float, chance: random.Random) -> Layer:
    """Notes of the chords, one or two octaves higher, with an echo."""
    layer, shape = _empty_layer(beat), _decay_envelope(1.6 * beat, 0.35 * beat)
    for place in sorted(chance.sample(range(32), 13)):
        frequency = chance.choice(chords[place // 8]) * chance.choice([2, 2, 2, 4])
        _overlay(layer, place * beat / 2, [0.2 * sample for sample in _tone(BELL, frequency, shape)])
    late = int(0.75 * beat * SAMPLE_RATE)
    echo = layer[-late:] + layer[:-late]
    return array("f", (dry + 0.32 * wet for dry, wet in zip(layer, echo, strict=True)))


def _mix(layers: list[Layer], volumes: tuple[float, ...]) -> Iterator[float]:
    audible = [(layer, volume) for layer, volume in zip(layers, volumes, strict=True) if volume]
    mixed = [0.0] * len(layers[0])
    for layer, volume in audible:
        mixed = [sum_ + volume * sample for sum_, sample in zip(mixed, layer, strict=True)]
    return iter(mixed)


def _fade_and_normalise(mixed: Layer) -> "array[int]":
    """Fade in and out, and scale to PEAK_AMPLITUDE."""
    rise, fall = int(0.4 * SAMPLE_RATE), int(3 * SAMPLE_RATE)
    for n in range(rise):
        mixed[n] *= n / rise
    for n in range(fall):
        mixed[-1 - n] *= n / fall
    high, low = max(mixed), min(mixed)
    scale = PEAK_AMPLITUDE / max(high, -low)
    return array("h", [int(sample * scale) for sample in mixed])


def _encode_wav(samples: "array[int]") -> bytes:
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def _write_atomically(path: Path, content: bytes) -> None:
    """Write a whole file or none, because somebody may be playing it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(content)
    unfinished.replace(path)
