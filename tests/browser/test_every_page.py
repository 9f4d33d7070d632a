"""What holds on every page and in every state of one, for everybody who reads it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from accounts import invitations
from accounts.models import Person
from artists import review
from artists.models import Program
from catalog.models import Artist
from fans import mutes, opt_ins, preferences, reports
from tests import factories
from tests.browser import full_site as given
from tests.browser.browsers import Browsers, find_overflow
from tests.browser.full_site import FullSite
from tests.browser.page_urls import NOT_PAGES, PAGE_URLS, PageURL, url_names
from trust import reports as desk

AXE = Axe()
RULES = {"resultTypes": ["violations"], "preload": False, "rules": {"target-size": {"enabled": True}}}
RUNNING_ANIMATIONS = """document.getAnimations().filter(each => each.playState === "running"
    && (each.effect.getComputedTiming().activeDuration > 1)).length"""


def test_every_address_is_looked_at_or_said_to_be_no_page() -> None:
    there = url_names()

    assert there == PAGE_URLS.keys() | NOT_PAGES
    assert PAGE_URLS.keys() & NOT_PAGES == set()


# States of pages: where one gets by doing something on one.


def _menu(page: Page) -> None:
    page.locator("details.menu > summary").click()


def _wrong_sign_up(page: Page) -> None:
    page.evaluate("document.querySelector('form.form').noValidate = true")
    page.fill("[name=email]", "nobody")
    page.fill("[name=handle]", "X!")
    page.press("[name=handle]", "Enter")
    page.wait_for_selector("[aria-invalid=true]")


def _wrong_slot(page: Page) -> None:
    page.fill("[name=template] >> nth=0", "Hello {nmae}")
    page.wait_for_selector("[name=template][aria-invalid=true]")


def _approved(page: Page) -> None:
    page.click("[data-key=a]")
    page.wait_for_selector("#undo [data-key=z]")


def _changed(page: Page) -> None:
    page.fill("#text", "Words of my own, every one.")
    page.wait_for_selector("#mark-preview [data-made=written]")


def _offline(page: Page) -> None:
    page.context.set_offline(True)
    page.wait_for_selector("#offline:not([hidden])")


def _token(page: Page) -> None:
    page.click("#make-token")
    page.wait_for_selector("#connect [data-copy]")


def _all_open(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")


STATES: dict[str, tuple[PageURL, Callable[[Page], None] | None]] = {
    "nothing there": (PageURL("/nothing"), None),
    "a stranger": (PageURL("/studio/{artist}/", "newcomer"), None),
    "an empty feed": (PageURL("/?artist={quiet}"), None),
    "a feed by hand": (PageURL("/?by=hand"), None),
    "nobody of that name": (PageURL("/artists/?q=zzz"), None),
    "the menu": (PageURL("/"), _menu),
    "offline": (PageURL("/"), _offline),
    "a sign-up with mistakes": (PageURL("/accounts/signup/", "nobody"), _wrong_sign_up),
    "a token made": (PageURL("/welcome", "newcomer"), _token),
    "settings, opened": (PageURL("/settings"), _all_open),
    "an experience taken in": (PageURL("/experiences/{second}"), None),
    "a report sent": (PageURL("/experiences/{second}/report"), None),
    "a report answered": (PageURL("/experiences/{third}/report"), None),
    "a queue with nothing": (PageURL("/studio/{quiet}/review", "quiet principal"), None),
    "an overview with nothing": (PageURL("/studio/{quiet}/", "quiet principal"), None),
    "no program yet": (PageURL("/studio/{quiet}/programs", "quiet principal"), None),
    "approved a moment ago": (PageURL("/studio/{artist}/review/{spare}", "principal"), _approved),
    "words changed": (PageURL("/studio/{artist}/review/{draft}/edit", "principal"), _changed),
    "decided already": (PageURL("/studio/{artist}/review/{decided}", "principal"), None),
    "somebody else looks": (PageURL("/studio/{artist}/review/{held}", "principal"), None),
    "an unknown slot": (PageURL("/studio/{artist}/programs/{program}", "principal"), _wrong_slot),
    "an unsigned version": (PageURL("/studio/{artist}/programs/{unsigned}", "principal"), _all_open),
    "what went no further": (PageURL("/studio/{artist}/delivered?state=stopped", "principal"), None),
    "a reviewer's grants": (PageURL("/studio/{artist}/grants", "reviewer"), None),
    "an invitation, signed out": (PageURL("/invitations/{invitation}", "nobody"), None),
    "an invitation of somebody else": (PageURL("/invitations/{invitation}", "newcomer"), None),
    "an invitation that is over": (PageURL("/invitations/nothing"), None),
    "a reviewer's team": (PageURL("/studio/{artist}/team", "reviewer"), None),
}
PAGES_AND_STATES = {**{name: (place, None) for name, place in PAGE_URLS.items()}, **STATES}


LONG_NAME = "Gwenllian Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"
ONE_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamte"


@dataclass
class Scene:
    people: dict[str, Person]
    subjects: dict[str, Any]


@pytest.fixture(scope="module")
def scene(house: FullSite) -> Scene:
    """An artist with something of everything, one with nothing, and people of all kinds."""
    artist, quiet = factories.create_artist("Lena Tide"), factories.create_artist("Quiet One", granted=False)
    factories.set_undo_time(artist, 600)
    program = factories.create_program(artist)
    unsigned = factories.create_program(artist, signed=False, nth=100)
    fan = factories.create_fan("Ana Ferreira", opted_in=artist)
    opt_ins.opt_in(fan, quiet)
    factories.create_fan("Ben", opted_in=quiet)
    first, second, third = (
        given.an_experience(artist, fan, program=each)
        for each in (program, factories.create_program(artist, nth=5), factories.create_program(artist, nth=9))
    )
    draft, spare, decided, held = (
        given.a_pending_draft(artist, factories.create_fan(name, opted_in=artist), program=program)
        for name in ("ليلى", "王小雨", "Ελένη", LONG_NAME)
    )
    _with_long_names(artist)
    factories.set_undo_time(artist, 600)
    principal, reviewer = factories.get_member(artist, "principal"), factories.get_member(artist, "reviewer")
    review.decline(decided.pk, by=reviewer)
    given.look_at(held, factories.add_member(artist, "owner"))
    reports.report_experience(second, reason="hurtful", said="Not for me.", by=fan)
    answered = reports.report_experience(third, reason="untrue", by=fan)  # which is a notice in every feed of this fan
    desk.handle(answered, upheld=False, note="It was so.", by=factories.get_staff())
    mutes.pause(fan, program.pk, artist, name=program.name)
    preferences.finish_onboarding(fan)
    given.token_of(fan)
    _, invitation = invitations.create(artist.team, fan.email, "editor", by=principal)
    people = {
        "newcomer": factories.create_person("Newcomer"), "fan": given.with_password(fan),
        "staff": factories.get_staff(),
        "principal": given.with_password(principal), "reviewer": reviewer,
        "quiet principal": factories.get_member(quiet, "principal"),
    }  # fmt: skip
    subjects = {
        "artist": artist.slug, "quiet": quiet.slug, "program": program.pk, "unsigned": unsigned.pk,
        "experience": first.pk, "second": second.pk, "third": third.pk, "receipt": first.receipt_key, "draft": draft.pk,
        "spare": spare.pk, "decided": decided.pk, "held": held.pk, "invitation": invitation,
    }  # fmt: skip
    return Scene(people, subjects)


def _with_long_names(artist: Artist) -> None:
    """One that reached its fan, one that was declined, and what reports stopped: one long word in every list."""
    program, fan = factories.create_program(artist, nth=11), factories.create_fan(ONE_WORD, opted_in=artist)
    Program.objects.filter(pk=program.pk).update(name=ONE_WORD)
    review.decline(given.a_pending_draft(artist, fan, program=program).pk, by=factories.get_member(artist, "reviewer"))
    given.an_experience(artist, factories.create_fan(LONG_NAME, opted_in=artist), program=program)
    Program.objects.filter(pk=program.pk).update(state="paused", paused_because="3 fans reported it.")


@dataclass
class OpenedPage:
    name: str
    page: Page
    guests: Browsers


@pytest.fixture(scope="module", params=PAGES_AND_STATES)
def opened(request: pytest.FixtureRequest, house: FullSite, browser: Browser, scene: Scene) -> Iterator[OpenedPage]:
    place, act = PAGES_AND_STATES[request.param]
    guests = Browsers(browser, house.site.url)
    guests.forgive("status of (404|409|410|422)", "ERR_INTERNET_DISCONNECTED")
    page = guests.open(place.path.format(**scene.subjects), scene.people.get(place.who), reduced_motion="reduce")
    if act:
        act(page)
    yield OpenedPage(request.param, page, guests)
    guests.leave()


def test_it_is_the_page_that_was_asked_for(opened: OpenedPage, scene: Scene) -> None:
    place, _ = PAGES_AND_STATES[opened.name]
    path = opened.page.url.removeprefix(opened.guests.site)

    if opened.name in PAGE_URLS:
        assert path.startswith(place.path.format(**scene.subjects))
    assert (opened.page.locator("h1").text_content() == "Nothing here") == (
        opened.name in {"nothing there", "a stranger"}
    )


def test_nothing_keeps_anybody_out(opened: OpenedPage) -> None:
    for width, scheme in ((1280, "light"), (390, "dark")):
        opened.page.emulate_media(color_scheme=scheme)
        opened.page.set_viewport_size({"width": width, "height": 900})

        found = AXE.run(opened.page, options=RULES).response["violations"]

        wrong = [f"{each['id']}: {node['target']} {node['html'][:160]} {node.get('failureSummary', '')}"
                 for each in found for node in each["nodes"]]  # fmt: skip
        assert wrong == [], (width, scheme)


def test_nobody_scrolls_sideways(opened: OpenedPage) -> None:
    """On a small phone, on a phone, at 200 % zoom on a desk, on a tablet."""
    assert find_overflow(opened.page, 320, 390, 640, 768) == {}


def test_nothing_moves_for_who_wants_less_of_it(opened: OpenedPage) -> None:
    assert opened.page.evaluate(RUNNING_ANIMATIONS) == 0
