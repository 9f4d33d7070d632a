"""A remix that was delivered, of a song whose limits and owners let other fans hear it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from pytest_django import Settings

from accounts.models import Person
from ai.remix.envelope import Export
from artists.remixes import shelf
from catalog import audio
from catalog.models import Artist, RecordingWork
from fans import experiences, renders, shelf_terms
from fans.models import Experience, Render, RenderFile, ShelfEntry
from rights.models import Claim, Use
from rights.parties import get_artist_party
from tests import factories
from tests.artists import remix_drafts
from tests.artists.remix_scene import Scene, create_scene, create_scene_in
from tests.rights import factories as owners

SHARED = Export(stream=True, download=False, share=True)


@dataclass(frozen=True)
class Shelf:
    """`maker` is the fan of the remix."""

    song: Scene
    experience: Experience

    @property
    def maker(self) -> Person:
        return self.experience.person

    @property
    def principal(self) -> Person:
        return self.song.principal

    def offer(self, name: str = "Zeynep", *, ready: bool = True) -> ShelfEntry:
        """The maker offers it. Its copy is made unless `ready` is False."""
        own = experiences.received_by(self.maker).select_related("artist", "person").get(pk=self.experience.pk)
        entry = shelf.offer(own, by=self.maker, name=name, terms_hash=shelf_terms.hash_terms(own.artist.name))
        if ready:
            make_copy(entry)
        return entry

    def put_on(self, name: str = "Zeynep") -> ShelfEntry:
        return shelf.put_on(self.offer(name).pk, by=self.principal)


def create(artist: Artist, settings: Settings, folder: Path, **changes: Any) -> Shelf:
    """`changes` are those of the limits."""
    return create_of(create_scene(artist, settings, folder), **changes)


def create_in(artist: Artist, folder: Path) -> Shelf:
    """The scene, where the settings already name a storage for audio."""
    return create_of(create_scene_in(artist, folder))


def create_of(song: Scene, fan: Person | None = None, **changes: Any) -> Shelf:
    factories.remove_undo_time(song.recording.artist)
    permit(song)
    song.sign(song.save(**({"export": SHARED} | changes)))
    return deliver(song, fan)


def permit(song: Scene) -> None:
    """Everybody who must say yes to shared remixes of the song does."""
    works = RecordingWork.objects.filter(recording=song.recording).values("work")
    claims = Claim.objects.filter(Q(recording=song.recording) | Q(work__in=works)).select_related("party")
    for party in {get_artist_party(song.recording.artist), *(claim.party for claim in claims)}:
        owners.permit(party, Use.SHARE)


def deliver(song: Scene, fan: Person | None = None, **changes: Any) -> Shelf:
    """A remix that its fan made at the desk, and somebody heard and approved. `changes` are those of the recording."""
    fan = fan or factories.create_fan("Zeynep", opted_in=song.recording.artist)
    draft = remix_drafts.write_remix(song, fan, **changes)
    return Shelf(song, remix_drafts.deliver(draft))


def make_copy(entry: ShelfEntry) -> None:
    """As the worker of renders does, with bytes that nobody decodes."""
    render = Render.objects.get(pk=entry.render_id)
    made = Render.objects.filter(cache_key=render.cache_key, state="ready").values("sha256", "frames", "peaks").first()
    assert made
    content = b"ID3" + f" of the shelf {render.pk}".encode() * 100
    path = Path(audio.storage().path(renders.fan_file_name(render, "stream")))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    with transaction.atomic():
        Render.objects.filter(pk=render.pk).update(state="ready", done_at=Now(), **made)
        RenderFile.objects.create(
            render=render,
            name="stream",
            sha256=hashlib.sha256(content).hexdigest(),
            bytes=len(content),
            media_type="audio/mpeg",
        )
