"""The permissions page: a switch for each use of all songs and of each song, and what a press of it changes."""

import re
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext

from artists import switch_effects, switches
from artists.models import Draft
from catalog.models import Artist, Recording
from rights import clearance, grants, parties
from rights.grants import Songs
from rights.models import Grant, Use
from tests import factories
from tests.accounts.factories import PASSWORD
from tests.artists.studio.pages import (
    HTMX_HEADERS,
    approve_is_disabled,
    fresh_member_client,
    member_client,
    review_path,
    signed_in_client,
    visible_text,
)
from tests.rights import factories as rights_factories

BOOSTED = {"HX-Boosted": "true", **HTMX_HEADERS}


@pytest.fixture
def artist(db: None) -> Artist:
    return factories.create_artist()


@pytest.fixture
def song(artist: Artist) -> Recording:
    return factories.create_recording(artist)


def grants_path(artist: Artist) -> str:
    return f"/studio/{artist.slug}/grants"


def switch_states(page: Any) -> dict[str, str]:
    """What the switches of a page show: true, false, or "waits" for a dotted one; by their names."""
    found = re.findall(r'<button class="switch-button" id="switch-([^"]+)".*?>', page.content.decode(), re.DOTALL)
    states = {}
    for name in found:
        tag = re.search(rf'id="switch-{re.escape(name)}"[^>]*>', page.content.decode())
        assert tag
        on = re.search(r'aria-checked="(\w+)"', tag.group())
        assert on
        states[name] = "waits" if "data-wait" in tag.group() else on.group(1)
    return states


def effect_figures(page: Any) -> list[str]:
    found = re.search(r'<ul class="effect-figures">(.*?)</ul>', page.content.decode(), re.DOTALL)
    return re.findall(r"<b>(\d+)</b>", found.group(1)) if found else []


def is_permitted(artist: Artist, use: str, song: Recording | None = None) -> bool:
    return clearance.find_missing(use, artist, [song] if song else []) is None


def test_every_use_has_a_switch_for_all_songs_and_for_each_song(artist: Artist, song: Recording) -> None:
    page = member_client(artist, "principal").get(grants_path(artist))

    assert switch_states(page) == {
        "personal_message": "true", "remix": "false", "playlist": "false", "dj": "false",
        f"personal_message:{song.pk}": "true", f"remix:{song.pk}": "false",
        f"playlist:{song.pk}": "false", f"dj:{song.pk}": "false",
    }  # fmt: skip
    text = visible_text(page)
    assert "Off costs nothing elsewhere: no lower share, no lower place, no fan lost." in text
    assert [text.count(words) for words in ("Make the voice. Never.", "Train on the music. Never.")] == [1, 1]


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


def test_switching_on_asks_for_the_password(db: None) -> None:
    artist = factories.create_artist(granted=False)
    principal = factories.get_member(artist, "principal")
    principal.set_password(PASSWORD)
    principal.save()
    mara = signed_in_client(principal)

    redirected = mara.post(grants_path(artist), {"switch_on": "personal_message"})
    before = artist.grants.count()
    page = mara.post(redirected.headers["Location"], {"password": PASSWORD}, follow=True)

    assert (page.redirect_chain[0][0].split("?")[0], before, artist.grants.count()) == (grants_path(artist), 0, 1)
    assert switch_states(page)["personal_message"] == "true"


def test_a_use_that_fanfare_does_not_offer_yet_can_be_switched_on(artist: Artist, song: Recording) -> None:
    client = fresh_member_client(artist, "principal")

    preview = client.get(grants_path(artist), {"switch_on": f"remix:{song.pk}"})
    client.post(grants_path(artist), {"switch_on": f"remix:{song.pk}"})

    assert "your yes is kept until it offers remixes" in visible_text(preview)
    assert switches.is_on(artist, Use.REMIX, song)
    assert not switches.is_on(artist, Use.REMIX, None)


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


def test_the_effect_of_a_yes_names_who_still_has_to_say_yes(artist: Artist) -> None:
    owned = rights_factories.create_owned_song(artist, permitted=False)

    page = member_client(artist, "principal").get(grants_path(artist), {"switch_on": f"dj:{owned.recording.pk}"})

    assert (
        "Then these still have to say yes: Harbor Lane (label), Kestrel Row (publisher), Ida Koro (writer) ."
        in visible_text(page)
    )


def test_an_owner_can_switch_off_and_nobody_but_the_artist_on(artist: Artist, song: Recording) -> None:
    path = grants_path(artist)

    refused = member_client(artist, "editor").post(path, {"switch_off": "personal_message"})
    not_on = fresh_member_client(artist, "owner").post(path, {"switch_on": f"remix:{song.pk}", "q": "salt"})
    done = member_client(artist, "owner").post(path, {"switch_off": "personal_message"}, follow=True)

    assert (refused.status_code, "Only a principal or an owner" in visible_text(refused)) == (409, True)
    assert (not_on.status_code, switches.is_on(artist, Use.REMIX, song)) == (409, False)
    assert 'name="q" value="salt"' in not_on.content.decode()
    assert switch_states(done)["personal_message"] == "false"


def test_somebody_who_may_not_press_a_switch_cannot(artist: Artist) -> None:
    def disabled(role: str) -> list[str]:
        page = member_client(artist, role).get(grants_path(artist)).content.decode()
        return [name for name, rest in re.findall(r'id="switch-(\w+)"([^>]*)>', page) if "disabled" in rest]

    assert disabled("principal") == []
    assert disabled("owner") == ["remix", "playlist", "dj"]
    assert disabled("reviewer") == ["personal_message", "remix", "playlist", "dj"]


@pytest.mark.parametrize(
    "value", ["voice", "train", "tier", "", "remix:", "remix:x", "remix:-1", "remix:999999999999999999999"]
)
@pytest.mark.parametrize("press", ["on", "off"])
def test_what_has_no_switch_is_not_found(artist: Artist, press: str, value: str) -> None:
    client = fresh_member_client(artist, "principal")
    before = Grant.objects.count()

    answers = [
        client.get(grants_path(artist), {f"switch_{press}": value}),
        client.post(grants_path(artist), {f"switch_{press}": value}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert Grant.objects.count() == before


def test_a_form_with_the_song_of_somebody_else_changes_nothing(artist: Artist) -> None:
    theirs = factories.create_recording(factories.create_artist("Ove Lind"), "Not Yours")
    client = fresh_member_client(artist, "principal")
    before = Grant.objects.count()

    answers = [
        getattr(client, method)(grants_path(artist), {f"switch_{press}": f"personal_message:{theirs.pk}"})
        for method in ("get", "post")
        for press in ("on", "off")
    ]

    assert [(answer.status_code, b"Not Yours" in answer.content) for answer in answers] == [(404, False)] * 4
    assert Grant.objects.count() == before


@pytest.mark.parametrize("press", ["on", "off"])
def test_a_form_that_is_sent_twice_counts_once(artist: Artist, song: Recording, press: str) -> None:
    client = fresh_member_client(artist, "principal")
    form = {f"switch_{press}": f"{'remix' if press == 'on' else 'personal_message'}:{song.pk}"}
    client.post(grants_path(artist), form)
    before = list(Grant.objects.order_by("pk").values_list("pk", "ended_at"))

    client.post(grants_path(artist), form)

    assert list(Grant.objects.order_by("pk").values_list("pk", "ended_at")) == before


def test_songs_are_found_by_their_title_and_shown_in_pages(artist: Artist) -> None:
    songs = [factories.create_recording(artist, f"Song {n:02}") for n in range(13)]
    client = member_client(artist, "principal")

    first = client.get(grants_path(artist))
    more = re.search(r'href="(\?[^"]*)" rel="next"', first.content.decode())
    assert more
    second = client.get(grants_path(artist) + more.group(1))
    found = client.get(grants_path(artist), {"q": "song 07"})
    nothing = client.get(grants_path(artist), {"q": "zzz\0"})

    assert [len(switch_states(page)) for page in (first, second, found, nothing)] == [48, 12, 8, 4]
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
