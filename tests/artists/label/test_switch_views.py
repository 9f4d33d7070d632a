"""A rightsholder's own switches: for all songs of an artist and for each, with everybody else's answer beside them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from artists.label.switches import list_master
from catalog.models import Artist
from rights import agreements, clearance, grants, parties
from rights.agreements import Scope, Terms
from rights.grants import Songs
from rights.models import Grant, Use
from tests import factories
from tests.artists.remix_notes import write_remix_note
from tests.artists.studio.pages import signed_in_client, visible_text
from tests.module_scenes import share_scene
from tests.rights import factories as owners
from tests.rights.albums import add_scheme, agree, create_album
from tests.rights.factories import OwnedSong

pytestmark = pytest.mark.django_db


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


module_scene, song = share_scene(owners.create_owned_song)


def path(song: OwnedSong) -> str:
    assert song.artist.artist
    return f"/label/{song.label.pk}/artists/{song.artist.artist.slug}"


def missing(song: OwnedSong) -> tuple[str, ...]:
    assert song.artist.artist
    refusal = clearance.find_missing(Use.REMIX, song.artist.artist, [song.recording])
    return () if refusal is None else refusal.missing  # a refusal is false


def test_a_label_switches_one_song_off_and_the_refusal_names_it(song: OwnedSong) -> None:
    assert missing(song) == ()
    client = signed_in_client(owners.get_signer(song.label))

    page = visible_text(client.post(path(song), {"switch_off": f"remix:{song.recording.pk}"}, follow=True))

    assert "Remixes are now off for Low Tide Choir." in page
    assert missing(song) == ("Harbor Lane (label): remixes are off for Low Tide Choir",)
    again = factories.fresh_client(owners.get_signer(song.label))
    again.post(path(song), {"switch_on": f"remix:{song.recording.pk}"})
    assert missing(song) == ()


def test_a_press_shows_what_it_changes_before_anything_changes(song: OwnedSong, artist: Artist) -> None:
    write_remix_note(song)
    client = signed_in_client(owners.get_signer(song.label))

    page = visible_text(client.get(path(song), {"switch_off": f"remix:{song.recording.pk}"}))

    assert "Switch off remixes for Low Tide Choir ? Nothing has changed yet." in page
    assert "1 waiting draft cannot be approved" in page
    assert "What fans received of it stays with them." in page
    assert "Leave it on Switch it off" in page
    assert missing(song) == ()


def test_a_press_of_all_songs_asks_about_later_ones_and_what_fans_keep(song: OwnedSong) -> None:
    page = visible_text(signed_in_client(owners.get_signer(song.label)).get(path(song), {"switch_on": "dj"}))

    assert "Switch on DJ sets for all songs of Mara Veil ?" in page
    assert "Also for songs that are added later" in page
    assert "When you switch it off again, what fans received" in page


def test_a_post_without_a_press_is_refused(song: OwnedSong) -> None:
    assert signed_in_client(owners.get_signer(song.label)).post(path(song)).status_code == 404


def test_all_songs_of_an_artist_are_switched_and_those_of_another_stay(song: OwnedSong, artist: Artist) -> None:
    other = factories.create_artist("Ove Lind")
    theirs = factories.create_recording(other)
    owners.own(song.label, theirs)
    grants.refuse(song.label, Use.REMIX, Songs(), by=owners.get_signer(song.label))
    client = factories.fresh_client(owners.get_signer(song.label))
    for each in (artist, other):
        client.post(f"/label/{song.label.pk}/artists/{each.slug}", {"switch_on": "remix"})
    assert missing(song) == ()

    client.post(path(song), {"switch_off": "remix"})

    live = Grant.objects.filter(party=song.label, ended_at=None)
    assert [(grant.artist, grant.allows) for grant in live] == [(other, True)]
    assert missing(song) == ("Harbor Lane (label): remixes are off",)


def test_a_yes_for_every_artist_is_limited_by_a_no_for_one(song: OwnedSong) -> None:
    """The wide yes is not ended by what is said about one artist."""
    client = factories.fresh_client(owners.get_signer(song.label))

    client.post(path(song), {"switch_off": "remix"})

    live = Grant.objects.filter(party=song.label, ended_at=None).order_by("pk")
    assert [(grant.artist, grant.allows) for grant in live] == [(None, True), (song.artist.artist, False)]
    client.post(path(song), {"switch_on": "remix"})
    assert missing(song) == ()


def test_a_switch_is_on_until_the_agreement_that_permits_it_has_ended(song: OwnedSong, artist: Artist) -> None:
    scopes = (Scope(Use.REMIX, artist=artist),)
    for start in (None, timezone.now() + timedelta(days=1)):
        terms = Terms("Remixes of all songs.", scopes, starts_at=start)
        version = agreements.propose("A-1", [song.label, song.artist], terms, by=factories.get_staff())
        for party in (song.label, song.artist):
            agreements.accept(version, party, by=owners.get_signer(party), fresh=True)
    assert Grant.objects.filter(party=song.label, ended_at__gt=timezone.now()).exists()

    assert [switch.is_on for switch in list_master(song.label, artist)] == [True, False, False, False]


def test_what_others_say_is_shown_with_who_and_without_a_button(song: OwnedSong) -> None:
    one = Songs(recording=song.recording)
    grants.refuse(song.publisher, Use.REMIX, one, by=owners.get_signer(song.publisher))
    client = signed_in_client(owners.get_signer(song.label))

    answer = client.get(path(song))

    page = visible_text(answer)
    assert "Kestrel Row (publisher) said no to remixes" in page
    assert "Mara Veil (artist) has not said yes to shared remixes, playlists and DJ sets" in page
    assert answer.content.decode().count('role="switch"') == 8  # of all songs, and of one


def test_the_page_says_which_role_of_the_split_nobody_has_yet(artist: Artist) -> None:
    song, party = factories.create_recording(artist, "Salt Radio"), parties.get_artist_party(artist)
    label, writer = owners.create_party(), owners.create_party("writer", "Ida Koro")
    owners.own(label, song)
    owners.own(writer, owners.create_work(song))
    agree("A-1", add_scheme(), party, label, writer)
    client = signed_in_client(owners.get_signer(label))

    page = visible_text(client.get(f"/label/{label.pk}/artists/{artist.slug}"))
    api = client.get(f"/api/v1/labels/{label.pk}/artists/{artist.slug}/switches/songs").json()

    sentences = ["Nobody is named as featured artist of Salt Radio", "Nobody is named as publisher of Salt Radio"]
    assert [sentence for sentence in sentences if sentence in page] == sentences
    assert sorted(api["results"][0]["unsold"]) == sentences


def test_more_songs_with_a_split_take_no_more_queries(artist: Artist) -> None:
    album = create_album(artist)
    client = signed_in_client(owners.get_signer(album.label))
    address = f"/label/{album.label.pk}/artists/{artist.slug}"
    with CaptureQueriesContext(connection) as two:
        client.get(address)
    for n in range(5):
        owners.own(album.label, factories.create_recording(artist, f"Song {n}"))

    with CaptureQueriesContext(connection) as seven:
        assert "Nobody is named as publisher" in visible_text(client.get(address))

    assert len(two) == len(seven)


def test_a_song_without_a_confirmed_share_has_no_switch(song: OwnedSong, artist: Artist) -> None:
    waiting = factories.create_recording(artist, "Waiting")
    owners.claims.claim(song.label, "recording_owner", by=factories.get_staff(), recording=waiting)

    page = visible_text(signed_in_client(owners.get_signer(song.label)).get(path(song)))

    assert "Your share is not confirmed or is disputed" in page
    assert "Harbor Lane (label)" not in page


def test_a_publisher_switches_songs_of_whose_works_it_owns_a_part(song: OwnedSong, artist: Artist) -> None:
    client = signed_in_client(owners.get_signer(song.publisher))
    address = f"/label/{song.publisher.pk}/artists/{artist.slug}"

    client.post(address, {"switch_off": f"remix:{song.recording.pk}"})

    assert missing(song) == ("Kestrel Row (publisher): remixes are off for Low Tide Choir",)
    assert artist.name in visible_text(client.get(f"/label/{song.publisher.pk}/"))


@pytest.mark.parametrize(
    "press", ["personal_message", "voice", "train", "tier", "remix:0", "remix:x", "remix:99999", ""]
)
def test_what_is_not_the_labels_has_no_switch(song: OwnedSong, press: str) -> None:
    before = list(Grant.objects.values_list("pk", "ended_at"))
    client = factories.fresh_client(owners.get_signer(song.label))

    for act in ("switch_on", "switch_off"):
        assert client.post(path(song), {act: press}).status_code == 404

    assert list(Grant.objects.values_list("pk", "ended_at")) == before


def test_an_artist_of_whom_nothing_is_theirs_has_no_page(song: OwnedSong) -> None:
    other = factories.create_artist("Ove Lind")
    client = signed_in_client(owners.get_signer(song.label))

    assert client.get(f"/label/{song.label.pk}/artists/{other.slug}").status_code == 404


def test_a_label_says_what_fans_keep_when_it_switches_off_again(song: OwnedSong) -> None:
    client = factories.fresh_client(owners.get_signer(song.label))
    client.post(path(song), {"switch_off": "remix"})

    client.post(path(song), {"switch_on": "playlist", "after_end": "stops"})
    client.post(path(song), {"switch_on": "dj", "after_end": "perhaps"})

    said = Grant.objects.filter(party=song.label, use__in=[Use.PLAYLIST, Use.DJ])
    assert dict(said.values_list("use", "after_end")) == {"playlist": "stops", "dj": "plays_on"}
    api = f"/api/v1/labels/{song.label.pk}/artists/mara-veil/switches"
    sent = {"use": "remix", "on": True, "recording": song.recording.pk, "after_end": "stops"}
    assert client.post(api, sent, content_type="application/json").status_code == 200
    assert Grant.objects.get(party=song.label, recording=song.recording, allows=True).after_end == "stops"
