"""Drafts that wait for a label's key, on its open page."""

import itertools

from django.db import transaction
from playwright.sync_api import expect

from artists.models import Draft
from rights.agreements import Key
from tests import factories
from tests.artists.remix_notes import agree, approve, write_remix_note
from tests.browser.browsers import PHONE, Browsers
from tests.browser.full_site import FullSite
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong

_names = itertools.count(1)


def write_draft(song: OwnedSong) -> Draft:
    """In one transaction, so that the worker writes nothing else for the moment."""
    with transaction.atomic():
        return write_remix_note(song)


def test_what_waits_comes_to_the_open_page_and_what_was_typed_stays(full_site: FullSite, browsers: Browsers) -> None:
    artist = factories.create_artist(f"Nika Vale {next(_names)}")  # the site has the rows of a first try, too
    song = owners.create_owned_song(artist, "Low Tide", permitted=False)
    agree(song, keys=(Key(song.label),))
    first, second = write_draft(song), write_draft(song)
    signer = owners.get_signer(song.label)
    page = browsers.open_page(f"/label/{song.label.pk}/approvals", signer, **PHONE)
    entrance = browsers.open_page(f"/label/{song.label.pk}/", signer)
    expect(page.locator("#approvals")).to_contain_text("Nothing waits for you")

    approve(first)
    expect(page.locator("#approvals li")).to_have_count(1)
    expect(entrance.locator(".task-list")).to_contain_text("1 draft waits for your yes")
    page.get_by_label("Why not, if you decline").fill("The stems are not ready.")
    approve(second)
    expect(page.locator("#approvals li")).to_have_count(2)

    expect(page.locator(f"#reason-{first.pk}")).to_have_value("The stems are not ready.")
    page.locator("li", has=page.locator(f"#reason-{first.pk}")).get_by_role("button", name="Decline").click()
    expect(page.locator("#approvals li")).to_have_count(1)
    expect(entrance.locator(".task-list")).to_contain_text("1 draft waits for your yes")
    first.refresh_from_db()
    assert (first.state, first.reason) == ("declined", "declined by Harbor Lane: The stems are not ready.")
