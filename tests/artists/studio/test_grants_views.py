"""The permissions page."""

import pytest

from catalog.models import Artist
from tests import factories
from tests.accounts.factories import PASSWORD
from tests.artists.studio.pages import member_client, signed_in_client, visible_text


@pytest.fixture
def artist(db: None) -> Artist:
    return factories.create_artist()


def test_switching_on_asks_for_the_password(db: None) -> None:
    artist = factories.create_artist(granted=False)
    principal = factories.get_member(artist, "principal")
    principal.set_password(PASSWORD)
    principal.save()
    mara, path = signed_in_client(principal), f"/studio/{artist.slug}/grants"
    form = {"use": "personal_message", "on": "1"}

    redirected = mara.post(path, form)
    before = artist.grants.count()
    page = mara.post(redirected.headers["Location"], {"password": PASSWORD}, follow=True)

    assert (page.redirect_chain, before, artist.grants.count()) == ([(path, 302)], 0, 1)
    assert "On, version 1" in visible_text(page)


def test_an_owner_can_switch_off_and_an_editor_cannot(artist: Artist) -> None:
    path, form = f"/studio/{artist.slug}/grants", {"use": "personal_message", "on": "0"}

    refused = member_client(artist, "editor").post(path, form)
    done = member_client(artist, "owner").post(path, form, follow=True)

    assert (refused.status_code, "Only a principal or an owner" in visible_text(refused)) == (409, True)
    assert ["Ended" in visible_text(done), "by Mara owner" in visible_text(done)] == [True, True]


def test_an_unknown_use_is_not_found(artist: Artist) -> None:
    answer = member_client(artist, "principal").post(f"/studio/{artist.slug}/grants", {"use": "voice", "on": "1"})

    assert answer.status_code == 404
