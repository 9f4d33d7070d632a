"""What a press of a permission's switch changes is shown first, and what fans keep is chosen there."""

import re

import pytest

from artists import switch_effects, switches
from artists.models import Draft
from catalog.models import Artist, Recording
from rights import clearance, grants
from rights.models import Grant, Use
from tests import factories
from tests.artists.studio.grants_pages import effect_figures, grants_path
from tests.artists.studio.pages import (
    approve_is_disabled,
    fresh_member_client,
    member_client,
    review_path,
    visible_text,
)
from tests.rights import factories as rights_factories


@pytest.fixture
def artist(db: None) -> Artist:
    return factories.create_artist()


@pytest.fixture
def song(artist: Artist) -> Recording:
    return factories.create_recording(artist)


def test_a_press_shows_its_effect_and_changes_nothing(artist: Artist, song: Recording) -> None:
    for_any_song = factories.create_program(artist, nth=9)
    factories.create_experience(artist)
    factories.create_pending_draft(artist, program=factories.create_program(artist, recording=song))
    factories.create_pending_draft(artist, program=for_any_song)
    client, before = member_client(artist, "principal"), Grant.objects.values_list("pk", "ended_at")
    stood = list(before)

    for_song = client.get(grants_path(artist), {"switch_off": f"personal_message:{song.pk}"})
    for_all = client.get(grants_path(artist), {"switch_off": "personal_message"})

    assert list(before.all()) == stood
    assert "Switch off personal messages for Salt Radio ?" in visible_text(for_song)
    assert effect_figures(for_song) == ["1", "1", "0"]
    assert effect_figures(for_all) == ["2", "2", "1"]
    assert "About to be switched off" in visible_text(for_song)


@pytest.mark.parametrize("later", [True, False])
def test_songs_added_later_are_covered_where_the_box_says_so(artist: Artist, later: bool) -> None:
    client = fresh_member_client(artist, "principal")
    preview = client.get(grants_path(artist), {"switch_on": "remix"})

    client.post(grants_path(artist), {"switch_on": "remix", **({"later": "1"} if later else {})})
    added = factories.create_recording(artist, "Added Later")

    assert re.findall(r'<input type="checkbox"[^>]*>', preview.content.decode()) == [
        '<input type="checkbox" role="switch" name="later" value="1">'
    ]
    assert switches.is_on(artist, Use.REMIX, added) == later


def test_the_effect_of_a_yes_names_who_still_has_to_say_yes(artist: Artist) -> None:
    owned = rights_factories.create_owned_song(artist, permitted=False)

    page = member_client(artist, "principal").get(grants_path(artist), {"switch_on": f"dj:{owned.recording.pk}"})

    assert (
        "Then these still have to say yes: Harbor Lane (label), Kestrel Row (publisher), Ida Koro (writer) ."
        in visible_text(page)
    )


def test_an_effect_is_not_counted_without_end(artist: Artist, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switch_effects, "MAX_COUNTED", 1)
    for _ in range(3):
        factories.create_pending_draft(artist)

    assert switch_effects.measure_effect(artist, Use.PERSONAL_MESSAGE).waiting_drafts == 2


def test_the_effect_counts_the_drafts_that_the_review_then_shows_as_stopped(artist: Artist, song: Recording) -> None:
    of_song = factories.create_program(artist, recording=song)
    waiting = [factories.create_pending_draft(artist, program=of_song) for _ in range(2)]
    other = factories.create_pending_draft(artist, program=factories.create_program(artist, nth=9))
    client, principal = member_client(artist, "principal"), factories.get_member(artist, "principal")
    counted = switch_effects.measure_effect(artist, Use.PERSONAL_MESSAGE, song).waiting_drafts

    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=principal, recording=song)
    stopped = [draft for draft in (*waiting, other) if approve_is_disabled(client.get(review_path(draft)), draft)]
    reason = visible_text(client.get(review_path(waiting[0])))
    refused = client.post(review_path(waiting[0], "/approve"), {"revision": 1})
    grants.switch_on(artist, Use.PERSONAL_MESSAGE, by=principal, fresh=True, recording=song)

    assert (stopped, len(stopped)) == (waiting, counted)
    assert "personal messages are off for Salt Radio" in reason
    assert refused.status_code == 409
    assert Draft.objects.filter(state=Draft.State.PENDING).count() == 3
    assert not approve_is_disabled(client.get(review_path(waiting[0])), waiting[0])


def test_what_fans_keep_is_chosen_before_the_press_and_said_before_it_ends(artist: Artist) -> None:
    client = fresh_member_client(artist, "principal")
    asked = client.get(grants_path(artist), {"switch_on": "remix"})

    client.post(grants_path(artist), {"switch_on": "remix", "after_end": "stops"})

    assert re.findall(r'name="after_end" value="(\w+)"( checked)?', asked.content.decode()) == [
        ("plays_on", " checked"),
        ("stops", ""),
    ]
    assert Grant.objects.get(use=Use.REMIX).after_end == "stops"
    ending = visible_text(client.get(grants_path(artist), {"switch_off": "remix"}))
    assert "What fans received of it stops, and says since when and by whom." in ending


def test_messages_stay_with_their_fans_and_nobody_is_asked(artist: Artist) -> None:
    client = fresh_member_client(artist, "principal")
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=factories.get_member(artist, "principal"))
    asked = client.get(grants_path(artist), {"switch_on": "personal_message"})

    client.post(grants_path(artist), {"switch_on": "personal_message", "after_end": "stops"})

    assert 'name="after_end"' not in asked.content.decode()
    assert clearance.live_grants().get().after_end == "plays_on"
    ending = visible_text(client.get(grants_path(artist), {"switch_off": "personal_message"}))
    assert "What fans received of it stays with them." in ending


def test_one_song_can_stop_where_the_others_play_on(artist: Artist, song: Recording) -> None:
    client = fresh_member_client(artist, "principal")
    client.post(grants_path(artist), {"switch_on": "remix"})
    client.post(grants_path(artist), {"switch_off": f"remix:{song.pk}"})

    client.post(grants_path(artist), {"switch_on": f"remix:{song.pk}", "after_end": "stops"})

    live = grants.list_live().filter(use=Use.REMIX, allows=True).order_by("pk")
    assert list(live.values_list("recording", "after_end")) == [(None, "plays_on"), (song.pk, "stops")]
