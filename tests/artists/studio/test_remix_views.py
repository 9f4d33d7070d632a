"""The page of an envelope: save limits, hear the corners, sign, and end it."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ai.remix.envelope import Envelope
from artists.models import CornerHearing, RemixEnvelope
from artists.remixes import corners, envelopes
from catalog import audio
from fans import renders
from fans.models import RemixOffer, Render
from rights import grants
from rights.models import Use
from tests import factories
from tests.artists import remix_scene
from tests.artists.remix_scene import Scene
from tests.module_scenes import share_scene_with_audio

pytestmark = pytest.mark.django_db


module_scene, scene = share_scene_with_audio(remix_scene.create_scene_in)


def address(scene: Scene, *more: str) -> str:
    return "/".join([f"/studio/{scene.recording.artist.slug}/songs/{scene.recording.pk}/remixes", *more])


def typed(**changes: Any) -> dict[str, Any]:
    """What the form sends; the sample has the ids of its stems and sections."""
    fields = {
        "tempo-from": "85", "tempo-to": "115", "pitch-from": "-1", "pitch-to": "1", "vocals": "1",
        "order": "recorded", "begin_with": ["bridge"], "max_sections": "12", "shortest": "8", "longest": "120",
        "rooms": ["hall"], "colours": [], "exports": ["share"],
        "expires": (timezone.now() + timedelta(days=90)).date().isoformat(),
    }  # fmt: skip
    for stem in remix_scene.ROLES:
        fields |= {f"gain-{stem}-from": "-24", f"gain-{stem}-to": "4"}
    for section in ("intro", "verse", "chorus", "bridge", "outro"):
        fields[f"section-{section}"] = "goes-2"
    return fields | {"mute-drums": "on"} | changes


def store_sound(scene: Scene, envelope: RemixEnvelope, folder: Path) -> None:
    remix_scene.make_sound(envelope)
    sound = folder / "sound.flac"
    sound.write_bytes(b"fLaC of a corner")
    for key in Render.objects.values_list("cache_key", flat=True):
        audio.put(sound, renders.file_name(key))


def test_typed_limits_become_a_version_and_are_shown_again(scene: Scene) -> None:
    client = factories.signed_in_client(scene.principal)
    assert "Save the limits first" in client.get(address(scene)).content.decode()

    assert client.post(address(scene), typed()).status_code == 302

    saved = Envelope.parse(RemixEnvelope.objects.get().content)
    assert (saved.tempo_percent, saved.pitch_semitones, saved.seconds) == ((85, 115), (-1, 1), (8, 120))
    assert (saved.rooms, saved.colours, saved.begin_with) == (("none", "hall"), ("none",), ("bridge",))
    assert [key for key, bounds in saved.stems.items() if bounds.may_mute] == ["drums"]
    assert (saved.export.stream, saved.export.download, saved.export.share) == (True, False, True)
    page = client.get(address(scene)).content.decode()
    assert "between 102 and 138 beats a minute, from 1 step down to 1 step up, without drums" in page
    assert page.count("Being made") == 7
    client.post(address(scene), typed())
    assert RemixEnvelope.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tempo-from": "115", "tempo-to": "85"}, "above the other one"),
        ({"shortest": "200"}, "longer than the longest"),
        ({"gain-drums-to": "99"}, "99 is not one of the available choices"),
        ({"expires": "2020-01-01"}, "must lie ahead"),
        ({"section-chorus": "stays-9"}, "not one of the available choices"),
        ({"max_sections": "1e9"}, "whole number"),
    ],
)
def test_what_was_typed_is_kept_where_it_cannot_be_saved(scene: Scene, change: dict[str, str], said: str) -> None:
    client = factories.signed_in_client(scene.principal)

    answer = client.post(address(scene), typed(**change, longest="119"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert re.search(r'name="longest" value="119"', page)
    assert not RemixEnvelope.objects.exists()


def test_a_principal_hears_each_corner_and_signs(scene: Scene, tmp_path: Path) -> None:
    envelope = scene.save()
    store_sound(scene, envelope, tmp_path)
    client = factories.fresh_client(scene.principal)
    assert client.post(address(scene, "versions", "1", "sign")).status_code == 422

    for corner in envelope.corners.all():
        part = client.get(address(scene, "corners", corner.name), HTTP_RANGE="bytes=0-3")
        assert (part.status_code, part.content) == (206, b"fLaC")
        assert "no-store" in part["Cache-Control"]
        assert client.post(address(scene, "corners", corner.name, "heard"), HTTP_HX_REQUEST="true").status_code == 200

    assert corners.count_unheard(envelope, by=scene.principal) == 0
    assert "Sign version 1" in client.get(address(scene)).content.decode()
    assert client.post(address(scene, "versions", "1", "sign")).status_code == 302
    assert RemixOffer.objects.open().get().version == 1
    assert "Version 1 is open" in client.get(address(scene)).content.decode()
    assert client.post(address(scene, "end")).status_code == 302
    assert not RemixOffer.objects.open().exists()


def test_signing_asks_for_the_password(scene: Scene, tmp_path: Path) -> None:
    remix_scene.hear(scene.save(), scene.principal)

    answer = factories.signed_in_client(scene.principal).post(address(scene, "versions", "1", "sign"))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/")
    assert envelopes.find_current(scene.recording) is None


def test_a_second_person_is_offered_the_signature_of_a_wider_version(scene: Scene) -> None:
    scene.sign(scene.save())
    scene.sign(scene.save(tempo_percent=(80, 120)))
    first, second = factories.fresh_client(scene.principal), factories.fresh_client(scene.owner)
    assert "Sign version 2" not in first.get(address(scene)).content.decode()
    assert "Sign version 2" in second.get(address(scene)).content.decode()

    assert second.post(address(scene, "versions", "2", "sign")).status_code == 302

    assert RemixOffer.objects.open().get().version == 2


def test_a_corner_that_was_not_sent_is_not_heard(scene: Scene, tmp_path: Path) -> None:
    store_sound(scene, scene.save(), tmp_path)

    answer = factories.signed_in_client(scene.principal).post(address(scene, "corners", "slow-low", "heard"))

    assert answer.status_code == 422
    assert "Listen to it to its end first" in answer.content.decode()
    assert not CornerHearing.objects.exists()


def test_no_corner_sounds_once_somebody_took_back_the_yes(scene: Scene, tmp_path: Path) -> None:
    store_sound(scene, scene.save(), tmp_path)
    client = factories.signed_in_client(scene.principal)
    assert client.get(address(scene, "corners", "slow-low")).status_code == 200

    grants.switch_off(scene.recording.artist, Use.REMIX, by=scene.principal)

    assert client.get(address(scene, "corners", "slow-low")).status_code == 404
    assert "Nothing can be made of it yet" in client.get(address(scene)).content.decode()


def test_others_than_the_team_hear_and_see_nothing(scene: Scene, tmp_path: Path, client: Client) -> None:
    store_sound(scene, scene.save(), tmp_path)
    stranger = factories.signed_in_client(factories.create_person())

    for path in (address(scene), address(scene, "corners"), address(scene, "corners", "slow-low")):
        assert stranger.get(path).status_code == 404
        assert client.get(path).status_code == 302


def test_a_reviewer_hears_but_saves_and_ends_nothing(scene: Scene, tmp_path: Path) -> None:
    store_sound(scene, scene.sign(scene.save()), tmp_path)
    reviewer = factories.signed_in_client(factories.get_member(scene.recording.artist, "reviewer"))

    assert reviewer.get(address(scene, "corners", "slow-low")).status_code == 200
    assert reviewer.post(address(scene), typed()).status_code == 409
    assert reviewer.post(address(scene, "end")).status_code == 409
    assert RemixOffer.objects.open().exists()


def test_a_song_without_parts_says_what_comes_first(scene: Scene) -> None:
    other = factories.create_recording(scene.recording.artist, "Low Tide")
    client = factories.signed_in_client(scene.principal)

    page = client.get(f"/studio/{scene.recording.artist.slug}/songs/{other.pk}/remixes").content.decode()

    assert "First the parts of the song" in page
