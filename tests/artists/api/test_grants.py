"""Permissions over the API: the switches, what a press would change, and the press."""

from typing import Any

import pytest

from artists import switches
from catalog.models import Artist, Recording
from rights.models import Grant, Use
from tests import factories
from tests.artists.studio.pages import fresh_member_client, member_client
from tests.rights import factories as rights_factories


@pytest.fixture
def artist(db: None) -> Artist:
    return factories.create_artist()


@pytest.fixture
def song(artist: Artist) -> Recording:
    return factories.create_recording(artist)


def grants_url(artist: Artist, part: str = "") -> str:
    return f"/api/v1/studio/{artist.slug}/grants{part}"


def press(client: Any, artist: Artist, **body: Any) -> Any:
    return client.post(grants_url(artist), body, content_type="application/json")


def test_a_use_of_one_song_is_switched_off_and_on(artist: Artist, song: Recording) -> None:
    client = fresh_member_client(artist, "principal")

    off = press(client, artist, use="personal_message", recording=song.pk, on=False).json()
    on = press(client, artist, use="personal_message", recording=song.pk, on=True).json()

    assert [(one["recording"], one["allows"], one["ended_at"]) for one in off] == [(song.pk, False, None)]
    assert [one["ended_at"] is None for one in on] == [False]
    assert switches.is_on(artist, Use.PERSONAL_MESSAGE, song)


@pytest.mark.parametrize("later", [True, False])
def test_a_yes_for_all_songs_covers_later_ones_where_it_says_so(artist: Artist, later: bool) -> None:
    answer = press(fresh_member_client(artist, "principal"), artist, use="remix", on=True, covers_later=later)

    assert [(one["use"], one["covers_later"]) for one in answer.json() if one["use"] == "remix"] == [("remix", later)]


def test_the_switches_of_each_song_say_who_still_has_to_say_yes(artist: Artist) -> None:
    owned = rights_factories.create_owned_song(artist, permitted=False)
    rights_factories.permit(owned.artist, Use.PLAYLIST)

    every, one = member_client(artist, "reviewer").get(grants_url(artist, "/songs")).json()["results"]

    assert (every["recording"], one["recording"], one["title"]) == (None, owned.recording.pk, "Low Tide Choir")
    assert [(switch["use"], switch["on"], switch["waiting_for"]) for switch in one["switches"]] == [
        ("personal_message", True, []),
        ("remix", False, []),
        ("share", False, []),
        ("playlist", True, ["Harbor Lane (label)", "Kestrel Row (publisher)", "Ida Koro (writer)"]),
        ("dj", False, []),
    ]


def test_the_effect_is_counted_before_the_press(artist: Artist, song: Recording) -> None:
    factories.create_pending_draft(artist, program=factories.create_program(artist, recording=song))
    client = member_client(artist, "editor")

    of_song = client.get(grants_url(artist, "/effect"), {"use": "personal_message", "recording": song.pk})
    of_remixes = client.get(grants_url(artist, "/effect"), {"use": "remix"})

    assert of_song.json() == {"programs": 1, "waiting_drafts": 1, "delivered": 0, "stopping": 0}
    assert of_remixes.json() == {"programs": 0, "waiting_drafts": 0, "delivered": 0, "stopping": 0}


@pytest.mark.parametrize("use", ["voice", "train", "tier", "nothing"])
def test_what_has_no_switch_is_refused(artist: Artist, use: str) -> None:
    client, before = fresh_member_client(artist, "principal"), Grant.objects.count()

    answers = [press(client, artist, use=use, on=True), client.get(grants_url(artist, "/effect"), {"use": use})]

    assert ([answer.status_code for answer in answers], Grant.objects.count()) == ([400, 400], before)


def test_a_song_of_another_artist_is_not_found(artist: Artist) -> None:
    theirs = factories.create_recording(factories.create_artist("Ove Lind"), "Not Yours")
    client, before = fresh_member_client(artist, "principal"), Grant.objects.count()

    answers = [
        *[press(client, artist, use="remix", recording=theirs.pk, on=on) for on in (True, False)],
        client.get(grants_url(artist, "/effect"), {"use": "remix", "recording": theirs.pk}),
    ]

    assert [(answer.status_code, b"Not Yours" in answer.content) for answer in answers] == [(404, False)] * 3
    assert Grant.objects.count() == before


@pytest.mark.parametrize("recording", ["x", "-1", "9" * 19, "9" * 30])
def test_an_effect_of_nonsense_is_refused(artist: Artist, recording: str) -> None:
    answer = member_client(artist, "principal").get(
        grants_url(artist, "/effect"), {"use": "remix", "recording": recording}
    )

    assert answer.status_code in {400, 404}


def test_only_the_artist_switches_on_and_an_owner_switches_off(artist: Artist, song: Recording) -> None:
    owner, editor = fresh_member_client(artist, "owner"), fresh_member_client(artist, "editor")
    body = {"use": "personal_message", "recording": song.pk}

    answers = [
        press(owner, artist, use="remix", recording=song.pk, on=True),
        press(editor, artist, **body, on=False),
        press(owner, artist, **body, on=False),
        press(member_client(artist, "principal"), artist, **body, on=True),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 200, 403]
    assert not switches.is_on(artist, Use.PERSONAL_MESSAGE, song)


def test_what_fans_keep_is_said_with_the_press_and_messages_stay(artist: Artist) -> None:
    client = fresh_member_client(artist, "principal")
    remix = press(client, artist, use="remix", on=True, after_end="stops")
    message = press(client, artist, use="personal_message", on=True, after_end="stops")

    assert {one["use"]: one["after_end"] for one in remix.json()} == {
        "remix": "stops", "personal_message": "plays_on",
    }  # fmt: skip
    assert (message.status_code, message.json()["errors"]) == (400, {"after_end": ["Messages stay readable."]})
