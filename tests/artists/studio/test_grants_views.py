"""The permissions page: a switch for each use of all songs and of each song."""

import re

import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext

from artists import switches
from artists.models import Draft
from catalog.models import Artist, Recording
from config import BASE_DIR
from rights import grants, parties
from rights.grants import Songs
from rights.models import Use
from tests import factories
from tests.artists.studio.grants_pages import BOOSTED, grants_path, is_permitted, switch_states
from tests.artists.studio.pages import (
    fresh_member_client,
    member_client,
    visible_text,
)
from tests.rights import factories as rights_factories


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


@pytest.fixture
def song(artist: Artist) -> Recording:
    return factories.create_recording(artist)


def test_every_use_has_a_switch_for_all_songs_and_for_each_song(artist: Artist, song: Recording) -> None:
    page = member_client(artist, "principal").get(grants_path(artist))

    assert switch_states(page) == {
        "personal_message": "true", "remix": "false", "share": "false", "playlist": "false", "dj": "false",
        f"personal_message:{song.pk}": "true", f"remix:{song.pk}": "false", f"share:{song.pk}": "false",
        f"playlist:{song.pk}": "false", f"dj:{song.pk}": "false",
    }  # fmt: skip
    text = visible_text(page)
    assert "Switching off costs you nothing elsewhere: no lower share, no lower place, no fan lost." in text
    assert [text.count(words) for words in ("Make the voice. Never.", "Train on the music. Never.")] == [1, 1]


def test_a_second_press_switches_a_use_off_for_one_song(artist: Artist, song: Recording) -> None:
    other = factories.create_recording(artist, "Low Tide Choir")
    client = member_client(artist, "principal")

    page = client.post(grants_path(artist), {"switch_off": f"personal_message:{song.pk}"}, follow=True)

    states = switch_states(page)
    assert states["personal_message"] == "true"
    assert [states[f"personal_message:{one.pk}"] for one in (song, other)] == ["false", "true"]
    assert "Personal messages are now off for Salt Radio." in visible_text(page)
    assert "off for 1 song" in visible_text(page)
    assert "You switched personal messages off for Salt Radio ." in visible_text(page)
    assert not is_permitted(artist, Use.PERSONAL_MESSAGE, song)


def test_a_song_that_was_switched_off_can_be_switched_on_again(artist: Artist, song: Recording) -> None:
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=factories.get_member(artist, "principal"), recording=song)

    fresh_member_client(artist, "principal").post(grants_path(artist), {"switch_on": f"personal_message:{song.pk}"})

    assert is_permitted(artist, Use.PERSONAL_MESSAGE, song)


def test_a_use_that_fanfare_does_not_offer_yet_can_be_switched_on(artist: Artist, song: Recording) -> None:
    client = fresh_member_client(artist, "principal")

    page = visible_text(client.get(grants_path(artist)))
    preview = client.get(grants_path(artist), {"switch_on": f"playlist:{song.pk}"})
    client.post(grants_path(artist), {"switch_on": f"playlist:{song.pk}"})

    assert "put in an order for one fan. Fanfare does not offer this yet." in page
    assert "within limits that you set. Shared remixes" in page
    assert "Fanfare does not offer playlists yet. Your yes is kept until it does." in visible_text(preview)
    assert switches.is_on(artist, Use.PLAYLIST, song)
    assert not switches.is_on(artist, Use.PLAYLIST, None)


def test_the_desk_has_a_row_for_the_title_and_for_each_use() -> None:
    """With fewer, the last switches of a song lie over one another on a wide screen."""
    [rows] = re.findall(r"\.channel { grid-row: span (\d+);", (BASE_DIR / "static/studio.css").read_text())

    assert int(rows) == 1 + len(switches.SWITCHED_USES)


def test_a_switch_is_dotted_while_somebody_else_has_to_say_yes(artist: Artist) -> None:
    owned = rights_factories.create_owned_song(artist, permitted=False)
    rights_factories.permit(owned.artist)
    rights_factories.permit(owned.label)
    unknown = factories.create_recording(artist, "Nobody Knows")
    rights_factories.permit(owned.artist, songs=grants.Songs(artist, unknown))

    page = member_client(artist, "principal").get(grants_path(artist))

    states, text = switch_states(page), visible_text(page)
    assert [states[f"remix:{one.pk}"] for one in (owned.recording, unknown)] == ["waits", "waits"]
    assert states[f"playlist:{owned.recording.pk}"] == "false"
    assert "Your yes is in. Waits for Kestrel Row (publisher), Ida Koro (writer) ." in text
    assert "Kestrel Row (publisher) Remixes: Low Tide Choir ." in text
    assert "Nobody knows who wrote Nobody Knows Remixes: Nobody Knows ." in text


def test_a_label_that_said_no_is_not_waited_for(artist: Artist) -> None:
    owned = rights_factories.create_owned_song(artist)
    by = rights_factories.get_signer(owned.label)
    grants.refuse(owned.label, Use.REMIX, grants.Songs(artist, owned.recording), by=by)

    client = member_client(artist, "principal")
    text = visible_text(client.get(grants_path(artist)))
    grants.switch_off(artist, Use.REMIX, by=factories.get_member(artist, "principal"))
    effect = visible_text(client.get(grants_path(artist), {"switch_on": f"remix:{owned.recording.pk}"}))

    assert "Your yes is in. Harbor Lane (label) said no." in text
    assert "Waits for" not in text
    assert "Harbor Lane (label) said no Remixes: Low Tide Choir ." in text
    assert "It stays off while their no stands: Harbor Lane (label) ." in effect


def test_the_agreements_are_in_the_menu(artist: Artist) -> None:
    page = member_client(artist, "principal").get(grants_path(artist)).content.decode()

    assert page.count(f'href="/studio/{artist.slug}/agreements"') == 2


def test_songs_are_found_by_their_title_and_shown_in_pages(artist: Artist) -> None:
    songs = [factories.create_recording(artist, f"Song {n:02}") for n in range(13)]
    client = member_client(artist, "principal")

    first = client.get(grants_path(artist))
    more = re.search(r'href="(\?[^"]*)" rel="next"', first.content.decode())
    assert more
    second = client.get(grants_path(artist) + more.group(1))
    found = client.get(grants_path(artist), {"q": "song 07"})
    nothing = client.get(grants_path(artist), {"q": "zzz\0"})

    assert [len(switch_states(page)) for page in (first, second, found, nothing)] == [60, 15, 10, 5]
    assert f"remix:{songs[7].pk}" in switch_states(found)
    assert "No song has “ zzz ” in its title." in visible_text(nothing)
    assert client.get(grants_path(artist), {"before": "nonsense"}).status_code == 200


def test_a_press_in_place_stays_on_its_page_of_songs(artist: Artist, song: Recording) -> None:
    client = member_client(artist, "principal")
    form = {"switch_off": f"personal_message:{song.pk}", "q": "salt", "before": "999"}

    answer = client.post(
        grants_path(artist), form, headers={**BOOSTED, "HX-Current-URL": f"http://testserver{grants_path(artist)}"}
    )

    assert answer.status_code == 302
    assert answer["Location"] == f"{grants_path(artist)}?q=salt&before=999&changed=personal_message%3A{song.pk}"


def test_a_program_about_a_song_that_is_off_says_so(artist: Artist, song: Recording) -> None:
    factories.create_program(artist, recording=song)
    factories.create_program(artist)
    principal = factories.get_member(artist, "principal")
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=principal, recording=song)
    client = member_client(artist, "principal")

    page = visible_text(client.get(f"/studio/{artist.slug}/programs"))

    assert (page.count("Off for Salt Radio"), page.count("Running"), page.count("Personal messages are off")) == (
        1,
        1,
        0,
    )


def test_a_draft_about_a_song_that_is_off_cannot_be_approved_and_says_why(artist: Artist, song: Recording) -> None:
    draft = factories.create_pending_draft(artist, program=factories.create_program(artist, recording=song))
    principal = factories.get_member(artist, "principal")
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=principal, recording=song)
    client: Client = fresh_member_client(artist, "principal")

    shown = client.get(f"/studio/{artist.slug}/review/{draft.pk}")
    refused = client.post(f"/studio/{artist.slug}/review/{draft.pk}/approve", {"revision": draft.revision})

    why = "Mara Veil (artist): personal messages are off for Salt Radio"
    assert (shown.status_code, why in visible_text(shown)) == (200, True)
    assert (refused.status_code, why in visible_text(refused)) == (409, True)
    draft.refresh_from_db()
    assert draft.state == Draft.State.PENDING


def test_older_changes_are_in_the_history(artist: Artist, song: Recording) -> None:
    principal = factories.get_member(artist, "principal")
    for _ in range(4):
        grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=principal, recording=song)
        grants.switch_on(artist, Use.PERSONAL_MESSAGE, by=principal, fresh=True, recording=song)
    client = member_client(artist, "principal")

    page = client.get(grants_path(artist))
    history = visible_text(client.get(f"/studio/{artist.slug}/history"))
    rights = visible_text(client.get(f"/studio/{artist.slug}/history?about=rights"))

    assert visible_text(page).count("for Salt Radio .") == 6
    assert f'href="/studio/{artist.slug}/history?about=rights"' in page.content.decode()
    assert rights.count("You switched personal messages off for Salt Radio") == 4
    assert history.count("switched off personal messages for Salt Radio") == 4


def test_more_songs_take_no_more_queries(artist: Artist) -> None:
    client = member_client(artist, "principal")
    rights_factories.create_owned_song(artist)
    factories.create_recording(artist, "Nobody Knows")
    with CaptureQueriesContext(connection) as one:
        client.get(grants_path(artist))
    for n in range(9):
        factories.create_recording(artist, f"Song {n}")

    with CaptureQueriesContext(connection) as ten:
        client.get(grants_path(artist))

    assert len(one) == len(ten)


def test_songs_that_a_yes_to_all_does_not_cover_are_counted_and_say_why(artist: Artist, song: Recording) -> None:
    principal = factories.get_member(artist, "principal")
    grants.switch_on(artist, Use.REMIX, by=principal, fresh=True)
    late = [factories.create_recording(artist, f"Late {n}") for n in range(4)]
    grants.switch_on(artist, Use.REMIX, by=principal, fresh=True, recording=late[0])
    grants.switch_off(artist, Use.REMIX, by=principal, recording=late[1])
    grants.switch_off(artist, Use.REMIX, by=principal, recording=song)

    page = member_client(artist, "principal").get(grants_path(artist))
    [of_all, *channels] = switches.list_channels(artist, [song, *late])

    off = {channel.recording: channel.switches[1].came_later for channel in channels if not channel.switches[1].is_on}
    assert off == {song: False, late[1]: False, late[2]: True, late[3]: True}
    assert of_all.switches[1].exceptions == len(off)
    assert "off for 4 songs" in visible_text(page)
    assert visible_text(page).count("Off · added after the yes to all songs") == 2


def test_a_yes_to_one_work_is_no_yes_to_all_songs(artist: Artist, song: Recording) -> None:
    party, work = parties.get_artist_party(artist), rights_factories.create_work(song)
    other = factories.create_recording(artist, "Low Tide")
    rights_factories.permit(party, Use.DJ, Songs(artist, work=work), after_end="stops")
    own = Q(party=party)

    [of_all, *_] = switches.list_channels(artist, [song])
    since = {switch.use: switch.since for switch in of_all.switches}

    assert [switches.find_after_end(own, Use.DJ, one) for one in (None, other, song)] == ["", "", "stops"]
    assert since[Use.DJ] is None
    assert not grants.list_versions(artist).filter(use=Use.DJ).exists()
