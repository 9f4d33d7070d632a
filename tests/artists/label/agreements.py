"""What tests of agreement pages share: a label with an artist on its roster, and a song with all its owners."""

import re
from dataclasses import dataclass
from typing import Any

from django.test import Client

from catalog.models import Artist
from rights import agreements
from rights.agreement_terms import Permission, write_terms
from rights.agreements import Terms
from rights.grants import Songs
from rights.models import AgreementVersion, Party, Use
from tests.artists.studio.pages import visible_text
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong


@dataclass(frozen=True)
class Scene:
    song: OwnedSong
    artist: Artist

    @property
    def label(self) -> Party:
        return self.song.label

    def path(self, rest: str = "") -> str:
        return f"/label/{self.label.pk}/agreements{rest}"

    def form(self, **changes: Any) -> dict[str, Any]:
        """What the form of an agreement with everybody sends."""
        others = f"{self.song.publisher.name}\n{self.song.writer.name}"
        return {
            "title": "Remixes of Mara Veil", "artists": [self.artist.pk], "others": others, "uses": ["remix"],
            "zone": "UTC", "after_end": "plays_on", "second_key": "", "do": "preview",
        } | changes  # fmt: skip


def create_scene(artist: Artist) -> Scene:
    song = owners.create_owned_song(artist, permitted=False)
    owners.add_to_roster(song.label, artist)
    return Scene(song, artist)


def propose(*members: Party, by: Party | None = None, **terms: Any) -> AgreementVersion:
    """An agreement about remixes of all songs of the artists in it."""
    songs = tuple(Songs(party.artist) for party in members if party.artist) or (Songs(),)
    written = write_terms(members, Permission((Use.REMIX,), songs), Terms("", (), **terms))
    proposer = by or members[0]
    number = f"T-{AgreementVersion.objects.count() + 1}"
    return agreements.propose(number, members, written, by=owners.get_signer(proposer), title="Remixes of Mara Veil")


def accept(version: AgreementVersion, *members: Party) -> None:
    for party in members:
        agreements.accept(version, party, by=owners.get_signer(party), fresh=True)


def preview(client: Client, scene: Scene, **changes: Any) -> Any:
    return client.post(scene.path("/new"), scene.form(**changes))


def shown(response: Any) -> str:
    match = re.search(r'name="shown" value="([0-9a-f]{64})"', response.content.decode())
    assert match, visible_text(response)
    return match[1]


def send(client: Client, scene: Scene, **changes: Any) -> Any:
    fingerprint = shown(preview(client, scene, **changes))
    return client.post(scene.path("/new"), scene.form(do="send", shown=fingerprint, **changes))
