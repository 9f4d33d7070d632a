"""An agreement from its first word to its end, in the browsers of a label and of an artist."""

from playwright.sync_api import Page, expect

from accounts.models import Person
from rights import clearance
from rights.models import Use
from tests import factories
from tests.browser.browsers import PHONE, Browsers
from tests.browser.full_site import FullSite
from tests.factories import PASSWORD
from tests.rights import factories as owners


def with_password(person: Person) -> Person:
    person.set_password(PASSWORD)
    person.save()
    return person


def type_password(page: Page) -> None:
    page.wait_for_url("**/accounts/reauthenticate/**")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def test_a_label_writes_sees_what_it_would_do_sends_and_both_accept(full_site: FullSite, browsers: Browsers) -> None:
    artist = factories.create_artist("Ida Brandt", slug="ida-brandt")
    song = owners.create_owned_song(artist, "Low Tide", permitted=False)
    owners.add_to_roster(song.label, artist)
    for party in (song.publisher, song.writer):
        owners.permit(party)
    signer, principal = owners.get_signer(song.label), owners.get_signer(song.artist)
    label = browsers.open_page(f"/label/{song.label.pk}/agreements", with_password(signer))
    studio = browsers.open_page("/studio/ida-brandt/agreements", with_password(principal), **PHONE)

    label.get_by_role("link", name="Write an agreement").click()
    label.get_by_label("Name of the agreement").fill("Remixes of Ida Brandt")
    label.get_by_text("Ida Brandt", exact=True).click()
    label.get_by_label("In your own words").fill("We call each other once a month.")
    label.keyboard.press("Tab")
    label.get_by_role("button", name="See what it would do").click()
    expect(label.locator(".dry")).to_contain_text("1 recording could be used, of 1")
    expect(label.locator(".contract")).to_contain_text("We call each other once a month.")
    expect(studio.locator("#agreement-list")).to_contain_text("No agreement yet")
    label.get_by_role("button", name="Send it to everybody in it").click()
    label.get_by_role("button", name="Accept for Harbor Lane").click()
    type_password(label)
    expect(label.locator(".signs")).to_contain_text("accepted")

    studio.get_by_role("link", name="Version 1").click()  # the open list was told
    expect(studio.locator(".dry")).to_contain_text("1 recording could be used")
    studio.get_by_role("button", name="Accept as Ida Brandt").click()
    type_password(studio)
    expect(studio.locator(".state").first).to_contain_text("In force")
    assert clearance.find_missing(Use.REMIX, artist, [song.recording]) is None

    studio.get_by_role("link", name="See what its end would stop").click()
    expect(studio.locator(".effect-figures")).to_contain_text("1recording can no longer be used")
    studio.get_by_role("button", name="End it").click()
    expect(studio.locator(".state").first).to_contain_text("Ended")
    assert clearance.find_missing(Use.REMIX, artist, [song.recording]) is not None
