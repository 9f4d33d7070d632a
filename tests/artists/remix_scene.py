"""A song with four stems whose owners permit remixes, envelopes of it, and corners that somebody heard."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import soundfile
from django.db import transaction
from django.db.models.functions import Now
from pytest_django import Settings

from accounts.models import Person
from ai.remix.envelope import Envelope
from ai.remix.source import Source
from artists.models import RemixEnvelope
from artists.remixes import corners, envelopes
from catalog import audio, sources
from catalog.models import Artist, AudioFile, Recording, RecordingSource
from fans.models import Render
from tests import factories
from tests.ai.remix import sounds
from tests.ai.remix.samples import make_envelope, make_source
from tests.catalog import audio as files
from tests.rights import factories as owners

ROLES = ("drums", "bass", "chords", "vocals")


@dataclass(frozen=True)
class Scene:
    recording: Recording
    source: RecordingSource
    principal: Person
    owner: Person

    @property
    def bounds(self) -> Envelope:
        """The usual bounds; tests change them with `msgspec.structs.replace`."""
        return make_envelope(Source.parse(self.source.content))

    def save(self, **changes: Any) -> RemixEnvelope:
        content = msgspec.structs.replace(self.bounds, **changes)
        return envelopes.save(self.recording, content, by=self.principal)

    def sign(self, envelope: RemixEnvelope) -> RemixEnvelope:
        """The principal hears every corner, and signs."""
        hear(envelope, self.principal)
        return envelopes.sign(envelope, by=self.principal, fresh=True)


def create_scene(artist: Artist, settings: Settings, folder: Path) -> Scene:
    files.use_folder(settings, folder)
    return create_scene_in(artist, folder)


def create_scene_in(artist: Artist, folder: Path) -> Scene:
    """The scene, where the settings already name a storage for audio."""
    return open_song(owners.create_owned_song(artist).recording, folder)


def create_signed_scene_in(artist: Artist, folder: Path) -> Scene:
    """The scene with limits that the principal signed."""
    scene = create_scene_in(artist, folder)
    scene.sign(scene.save())
    return scene


def open_song(recording: Recording, folder: Path) -> Scene:
    """Stems of a song, and who decides about it."""
    principal, owner = (factories.get_member(recording.artist, role) for role in ("principal", "owner"))
    return Scene(recording, confirm(recording, folder), principal, owner)


def confirm(recording: Recording, folder: Path, **changes: Any) -> RecordingSource:
    sample = make_source(**changes)
    stored = {role: files.store_file(folder, role.encode(), frames=sample.frames).pk for role in ROLES}
    stems = tuple(msgspec.structs.replace(stem, sha256=stored[stem.id]) for stem in sample.stems)
    content = msgspec.structs.replace(sample, stems=stems).to_json()
    by = factories.get_member(recording.artist, "principal").actor
    return sources.confirm(recording, content, {role: (role, key) for role, key in stored.items()}, by=by)


def save_limits(recording: Recording) -> RemixEnvelope:
    """Limits of a song whose parts are rows alone, without files."""
    sample, principal = make_source(), factories.get_member(recording.artist, "principal")
    for stem in sample.stems:
        facts = {"frames": sample.frames, "channels": 2, "size": 1, "peaks": b"", "stored_at": Now()}
        AudioFile.objects.get_or_create(pk=stem.sha256, defaults=facts)
    stems = {stem.id: (stem.role, stem.sha256) for stem in sample.stems}
    sources.confirm(recording, sample.to_json(), stems, by=principal.actor)
    return envelopes.save(recording, make_envelope(sample), by=principal)


def create_sounding_scene(artist: Artist, settings: Settings, folder: Path) -> Scene:
    """A scene whose stems can be heard, for 21 seconds."""
    files.use_folder(settings, folder)
    return create_sounding_scene_in(artist, folder)


def create_sounding_scene_in(artist: Artist, folder: Path) -> Scene:
    """The scene, where the settings already name a storage for audio."""
    recording = owners.create_owned_song(artist).recording
    played = sounds.record(folder, sounds.play(21), bars=(4, 4, 2))
    with transaction.atomic():
        for sha256, path in played.stems.items():
            channels = soundfile.info(path).channels
            audio.store(path, sha256, frames=played.source.frames, channels=channels, peaks=bytes(160))
    stems = {stem.id: (stem.role, stem.sha256) for stem in played.source.stems}
    principal = factories.get_member(artist, "principal")
    source = sources.confirm(recording, played.source.to_json(), stems, by=principal.actor)
    return Scene(recording, source, principal, factories.get_member(artist, "owner"))


def make_sound(envelope: RemixEnvelope) -> None:
    """Let the corners have a sound that no worker made, of one frame."""
    wanted = Render.objects.filter(pk__in=envelope.corners.values("render"), state="wanted")
    wanted.update(state="ready", frames=1, sha256="a" * 64, done_at=Now())


def hear(envelope: RemixEnvelope, person: Person) -> None:
    make_sound(envelope)
    for corner in envelope.corners.select_related("render"):
        corners.note_opened(corner, by=person)
        corners.note_heard(corner, by=person)
