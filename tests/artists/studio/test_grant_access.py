"""Who may press a permission's switch, and which forms change nothing."""

import re

import pytest

from artists import switches
from catalog.models import Artist, Recording
from rights.models import Grant, Use
from tests import factories
from tests.accounts.factories import PASSWORD
from tests.artists.studio.grants_pages import grants_path, switch_states
from tests.artists.studio.pages import (
    fresh_member_client,
    member_client,
    signed_in_client,
    visible_text,
)


@pytest.fixture
def artist(db: None) -> Artist:
    return factories.create_artist()


@pytest.fixture
def song(artist: Artist) -> Recording:
    return factories.create_recording(artist)


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
    assert disabled("owner") == ["remix", "share", "playlist", "dj"]
    assert disabled("reviewer") == ["personal_message", "remix", "share", "playlist", "dj"]


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
