"""Accessibility, layout and motion on every page and in its other states."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

from accounts import invitations, roles
from accounts.models import Person
from artists import programs, review
from artists.models import Program
from catalog.models import Artist, Recording
from fans import mutes, preferences, reports
from rights import agreements as rights_agreements
from rights import claims, parties, roster
from rights import split_schemes as rights_split_schemes
from rights.models import Party
from tests import factories
from tests.artists import remix_scene
from tests.artists.label import agreements
from tests.artists.royalties import scene as royalties
from tests.browser import factories as browser_factories
from tests.browser.accessibility import find_violations
from tests.browser.browsers import Browsers, find_overflow
from tests.browser.full_site import PIPELINE_TIMEOUT_SECONDS, FullSite
from tests.browser.page_urls import NOT_PAGES, PAGE_URLS, PageURL, url_names
from tests.catalog.audio import show_every_state
from tests.rights import factories as owners
from tests.rights.imports import factories as imports
from tests.servers import wait_until
from trust import reports as staff_reports

SMALL_FIELDS = """[...document.querySelectorAll("input, select, textarea")]
    .filter(each => !["hidden", "range", "checkbox", "radio"].includes(each.type))
    .filter(each => parseFloat(getComputedStyle(each).fontSize) < 16).map(each => each.outerHTML.slice(0, 120))"""
RUNNING_ANIMATIONS = """document.getAnimations().filter(each => each.playState === "running"
    && (each.effect.getComputedTiming().activeDuration > 1)).length"""


def test_every_url_is_listed_as_a_page_or_as_no_page() -> None:
    assert url_names() == PAGE_URLS.keys() | NOT_PAGES
    assert PAGE_URLS.keys() & NOT_PAGES == set()


# Actions that bring a page into another state.


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


def _wrong_song(page: Page) -> None:
    page.fill("[name=isrc]", "PT-ABC-26-0000")
    page.fill("[name=duration]", "long")
    page.click("#song-details .btn-primary")
    page.wait_for_selector("[name=isrc][aria-invalid=true]")


def _wrong_share(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    page.fill("#id_recording_party", "Nobody")
    page.fill("#id_recording_share", "1000")
    page.click("#id_recording_share >> xpath=ancestor::form >> button")
    page.wait_for_selector("#id_recording_share[aria-invalid=true]")


def _wrong_profile(page: Page) -> None:
    page.fill("[name=url_0]", "http://example.com")
    page.click("#profile-words .btn-primary")
    page.wait_for_selector("[name=url_0][aria-invalid=true]")


def _offline(page: Page) -> None:
    page.context.set_offline(True)
    page.wait_for_selector("#offline:not([hidden])")


def _token(page: Page) -> None:
    page.click("#make-token")
    page.wait_for_selector("#connect [data-copy]")


def _all_open(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")


def _wrong_agreement(page: Page) -> None:
    page.fill("#id_others", f"{ONE_WORD}\nNobody")
    page.fill("#id_countries", "Jappan")
    page.get_by_role("button", name="See what it would do").click()
    page.wait_for_selector(".field-error")


def _dry_run(page: Page) -> None:
    page.fill("#id_title", ONE_WORD)
    page.click("label[for=id_artists_0]")
    page.get_by_role("button", name="See what it would do").click()
    page.wait_for_selector(".dry")


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
    "a switch pressed off": (PageURL("/studio/{artist}/grants?switch_off=personal_message", "principal"), None),
    "a switch pressed on": (PageURL("/studio/{artist}/grants?switch_on=dj:{owned}", "principal"), None),
    "a switch for all songs": (PageURL("/studio/{artist}/grants?switch_on=dj&q=zzz", "principal"), None),
    "an invitation, signed out": (PageURL("/invitations/{invitation}", "nobody"), None),
    "an invitation of somebody else": (PageURL("/invitations/{invitation}", "newcomer"), None),
    "an invitation that is over": (PageURL("/invitations/nothing"), None),
    "a song with mistakes": (PageURL("/studio/{artist}/songs/{song}", "principal"), _wrong_song),
    "an owned song": (PageURL("/studio/{artist}/songs/{owned}", "principal"), _wrong_share),
    "a reviewer's song": (PageURL("/studio/{artist}/songs/{song}", "reviewer"), None),
    "stems in every state": (PageURL("/studio/{artist}/songs/{owned}/stems", "principal"), None),
    "a reviewer's stems": (PageURL("/studio/{artist}/songs/{owned}/stems", "reviewer"), None),
    "no songs yet": (PageURL("/studio/{quiet}/songs", "quiet principal"), None),
    "a profile with mistakes": (PageURL("/studio/{artist}/profile", "principal"), _wrong_profile),
    "a reviewer's profile": (PageURL("/studio/{artist}/profile", "reviewer"), None),
    "a reviewer's labels": (PageURL("/studio/{artist}/labels", "reviewer"), _all_open),
    "the labels of an artist, opened": (PageURL("/studio/{artist}/labels", "principal"), _all_open),
    "claims of a publisher without any": (PageURL("/label/{empty}/claims", "other signatory"), None),
    "the switches of an owner": (PageURL("/label/{party}/artists/{artist}", "label owner"), None),
    "a label's switch pressed": (PageURL("/label/{party}/artists/{artist}?switch_on=dj", "signatory"), None),
    "a roster, opened": (PageURL("/label/{party}/", "signatory"), _all_open),
    "files of a reviewer": (PageURL("/label/{party}/catalogue/{import}?show=no", "label reviewer"), None),
    "a file that was imported": (PageURL("/label/{party}/catalogue/{imported}", "signatory"), None),
    "a file that cannot be read": (PageURL("/label/{party}/catalogue/{refused}", "signatory"), None),
    "an agreement with mistakes": (PageURL("/label/{party}/agreements/new", "signatory"), _wrong_agreement),
    "a dry run": (PageURL("/label/{party}/agreements/new", "signatory"), _dry_run),
    "an agreement in force, about to end": (PageURL("/label/{party}/agreements/{in_force}?end=1", "signatory"), None),
    "an agreement of a reviewer": (PageURL("/label/{party}/agreements/{agreement}", "label reviewer"), None),
    "an agreement of an artist's reviewer": (PageURL("/studio/{artist}/agreements/{agreement}", "reviewer"), None),
    "an order that was paid": (PageURL("/orders/{paid}"), None),
    "tiers of which one is the fan's": (PageURL("/artists/{seller}/tiers"), None),
    "a tier that waits": (PageURL("/studio/{artist}/tiers/{waiting_tier}", "principal"), None),
    "a reviewer's tier": (PageURL("/studio/{artist}/tiers/{tier}", "reviewer"), None),
    "no agreements yet": (PageURL("/studio/{quiet}/agreements", "quiet principal"), None),
    "no files yet": (PageURL("/label/{empty}/catalogue", "other signatory"), None),
    "a roster with nothing": (PageURL("/label/{empty}/", "other signatory"), None),
    "a reviewer's team": (PageURL("/studio/{artist}/team", "reviewer"), None),
}
PAGES_AND_STATES = {**{name: (page_url, None) for name, page_url in PAGE_URLS.items()}, **STATES}


LONG_NAME = "Gwenllian Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"
ONE_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamte"


@dataclass
class Scene:
    people: dict[str, Person]
    """By the `viewer` of a page URL."""
    path_values: dict[str, Any]
    """For the placeholders in paths."""


@pytest.fixture(scope="module")
def scene(full_site: FullSite) -> Scene:
    """An artist with one of everything, an artist with nothing, and people of every kind."""
    artist, quiet = factories.create_artist("Lena Tide"), factories.create_artist("Quiet One", granted=False)
    program = factories.create_program(artist)
    fan = factories.create_fan("Ana Ferreira", opted_in=artist)
    factories.opt_in_under(2, fan, quiet)  # the feed asks about the newest words
    factories.create_fan("Ben", opted_in=quiet)
    experiences, drafts = _create_experiences(artist, fan, program), _create_drafts(artist, program)
    mutes.pause(fan, program.pk, artist, name=program.name)
    preferences.finish_onboarding(fan)
    browser_factories.create_token(fan)
    principal = factories.get_member(artist, "principal")
    _, invitation = invitations.create(artist.team, fan.email, "editor", by=principal)
    label, empty = _create_label(artist, quiet), owners.create_party("publisher", LONG_NAME)
    people = {
        "newcomer": factories.create_person("Newcomer"), "fan": browser_factories.set_password(fan),
        "staff": factories.get_staff(), "principal": browser_factories.set_password(principal),
        "reviewer": factories.get_member(artist, "reviewer"),
        "quiet principal": factories.get_member(quiet, "principal"),
        "signatory": browser_factories.set_password(owners.get_signer(label)),
        "label owner": _add_owner(label),
        "other signatory": owners.get_signer(empty),
        "label reviewer": _add_label_reviewer(label),
    }  # fmt: skip
    owned = _create_owned_song(artist)
    show_every_state(owned)
    path_values = {
        "artist": artist.slug, "quiet": quiet.slug, "program": program.pk, "invitation": invitation,
        "song": factories.create_recording(artist, ONE_WORD).pk,
        "owned": owned.pk, "party": label.pk, "empty": empty.pk,
        **browser_factories.create_orders(artist, fan), **browser_factories.create_request(artist, fan),
        **_create_imports(label, artist), **_create_agreements(label, artist),
        **browser_factories.create_remix_offer(artist, fan),
        "unsigned": factories.create_program(artist, signed=False, nth=100).pk, **experiences, **drafts,
    }  # fmt: skip
    remix_scene.save_limits(Recording.objects.get(pk=path_values["song"]))
    statements = royalties.state(parties.get_artist_party(artist), label)
    path_values |= {"statement": statements[0].pk, "label_statement": statements[1].pk}
    return Scene(people, path_values)


def _create_experiences(artist: Artist, fan: Person, program: Program) -> dict[str, Any]:
    """Three experiences of one fan. The second is reported, and staff have answered a report of the third."""
    first, second, third = (
        browser_factories.create_experience_and_wait(artist, fan, program=each)
        for each in (program, factories.create_program(artist, nth=5), factories.create_program(artist, nth=9))
    )
    _create_long_names(artist)
    reports.report_experience(second, reason="hurtful", said="Not for me.", by=fan)
    answered = reports.report_experience(third, reason="untrue", by=fan)  # the fan gets a notice in the feed
    staff_reports.handle(answered, upheld=False, note="It was so.", by=factories.get_staff())
    return {"experience": first.pk, "second": second.pk, "third": third.pk, "receipt": first.receipt_key}


def _create_drafts(artist: Artist, program: Program) -> dict[str, Any]:
    """Two pending drafts, one that is declined, and one that an owner has open."""
    draft, spare, decided, held = (
        browser_factories.wait_for_pending_draft(artist, factories.create_fan(name, opted_in=artist), program=program)
        for name in ("ليلى", "王小雨", "Ελένη", LONG_NAME)
    )
    factories.set_undo_time(artist, 600)
    review.decline(decided.pk, by=factories.get_member(artist, "reviewer"))
    browser_factories.hold_draft(held, factories.add_member(artist, "owner"))
    return {"draft": draft.pk, "spare": spare.pk, "decided": decided.pk, "held": held.pk}


def _create_owned_song(artist: Artist) -> Recording:
    """Shares that are confirmed, that wait and that are disputed."""
    song = owners.create_owned_song(artist)
    claims.claim(song.artist, "recording_owner", by=factories.get_staff(), share=5000, recording=song.recording)
    claims.claim(song.artist, "featured_artist", by=factories.get_staff(), share=5000, recording=song.recording)
    return song.recording


def _add_owner(label: Party) -> Person:
    person = factories.create_person("Label owner")
    assert label.team
    roles.add_member(label.team, person, "owner", by=factories.get_staff())
    return person


def _create_label(artist: Artist, quiet: Artist) -> Party:
    """A label with an artist on its roster, one who leaves, one who was asked, and one who said no."""
    label = owners.create_party("label", "Paper Lighthouse")
    signer, soon = owners.get_signer(label), timezone.now() + timedelta(days=9)
    for each, accepted in ((artist, True), (quiet, True), (factories.create_artist(ONE_WORD, slug="one-word"), False)):
        principal = factories.get_member(each, "principal")
        entry = roster.propose(label, each, by=signer, fresh=True)
        roster.answer(entry, accepted=accepted, by=principal, fresh=True)
    roster.end(label.roster.get(artist=quiet), by=signer, at=soon)
    roster.propose(label, factories.create_artist("تَيّار الليل", slug="night"), by=signer, fresh=True)
    for title, share in ((ONE_WORD, 10_000), ("تَيّار", 3333)):
        recording = factories.create_recording(artist, f"{title} (live)")
        claims.claim(
            label, "recording_owner", by=factories.get_member(artist, "principal"), share=share, recording=recording
        )
    owners.own(label, factories.create_recording(artist, "Confirmed"))
    other = owners.create_party("label", LONG_NAME)
    claims.claim(
        other, "recording_owner", by=owners.get_signer(other), share=1, recording=label.claims.last().recording
    )
    roster.propose(other, artist, by=owners.get_signer(other), fresh=True)
    return label


def _add_label_reviewer(label: Party) -> Person:
    person = factories.create_person("Label reviewer")
    assert label.team
    roles.add_member(label.team, person, "reviewer", by=factories.get_staff())
    return person


def _create_imports(label: Party, artist: Artist) -> dict[str, Any]:
    """A file with every verdict that waits for the signatory, one that was imported, and one that cannot be read."""
    imported = imports.bring_in(label, f"Salt Radio,{artist.name},PTPLR2500417,4:20")
    rows = [f"{ONE_WORD},{artist.name},PTPLR2500418,", f"Salt Radio,{artist.name},PTPLR2500417,4:20", "X,Nobody,,"]
    rows += [f"Live,{artist.name},PTPLR2500417,4:20", f'"=HYPERLINK(""x"")",{artist.name},PT-1,', "\x00,,"]
    brought, refused = imports.read(label, *rows), imports.read(label, heading="nothing")
    return {"import": brought.pk, "imported": imported.pk, "refused": refused.pk}


def _create_agreements(label: Party, artist: Artist) -> dict[str, Any]:
    """Terms with a split that wait for both, terms in force, and a proposal that was closed."""
    shares = {
        "platform": 2_000,
        "recording_owner": 4_000,
        "featured_artist": 2_500,
        "session_pool": 500,
        "writer": 1_000,
    }
    scheme = rights_split_schemes.add_scheme("remix", shares, by=factories.get_staff())
    own, other = parties.get_artist_party(artist), owners.create_party("publisher", ONE_WORD)
    in_force = agreements.propose(label, own)
    agreements.accept(in_force, label, own)
    rights_agreements.end(agreements.propose(label, own), by=owners.get_signer(label))
    waiting = agreements.propose(other, label, own, scheme=scheme)
    return {"agreement": waiting.pk, "in_force": in_force.pk}


def _create_long_names(artist: Artist) -> None:
    """A program with a name of one long word: one draft is declined, one is delivered, and reports stop the program."""
    principal, fan = factories.get_member(artist, "principal"), factories.create_fan(ONE_WORD, opted_in=artist)
    program = programs.create(artist, name=ONE_WORD, by=principal)
    programs.sign(factories.create_version(program, nth=11), by=principal, fresh=True)
    draft = browser_factories.wait_for_pending_draft(artist, fan, program=program)
    review.decline(draft.pk, by=factories.get_member(artist, "reviewer"))
    reader = factories.create_fan(LONG_NAME, opted_in=artist)
    experience = browser_factories.create_experience_and_wait(artist, reader, program=program)
    report = reports.report_experience(experience, reason="hurtful", by=reader)
    staff_reports.handle(report, upheld=True, note="It is.", by=factories.get_staff())
    wait_until(
        artist.programs.filter(pk=program.pk, state=Program.State.PAUSED).exists, seconds=PIPELINE_TIMEOUT_SECONDS
    )


@dataclass
class OpenedPage:
    name: str
    page: Page
    browsers: Browsers


@pytest.fixture(scope="module")
def browsers_of_viewers() -> Iterator[dict[str, Browsers]]:
    """The browsers of people who only look. Each fetches the styles and scripts once."""
    opened: dict[str, Browsers] = {}
    yield opened
    for browsers in opened.values():
        browsers.close()


@pytest.fixture(scope="module", params=PAGES_AND_STATES)
def opened_page(
    request: pytest.FixtureRequest,
    full_site: FullSite,
    browser: Browser,
    scene: Scene,
    browsers_of_viewers: dict[str, Browsers],
) -> Iterator[OpenedPage]:
    page_url, act = PAGES_AND_STATES[request.param]
    viewer = scene.people.get(page_url.viewer)
    browsers = None if act else browsers_of_viewers.get(page_url.viewer)
    if not browsers:
        browsers = Browsers(browser, full_site.site.url)
        browsers.ignore_console_errors("status of (404|409|410|422)", "ERR_INTERNET_DISCONNECTED")
        browsers.new_context(viewer, fresh=request.param == "a token made", reduced_motion="reduce")
        if viewer and not act:
            browsers_of_viewers[page_url.viewer] = browsers
    page = browsers.contexts[0].new_page()
    page.goto(page_url.path.format(**scene.path_values))
    if act:
        act(page)
    yield OpenedPage(request.param, page, browsers)
    page.close()
    browsers.errors.clear()
    if browsers not in browsers_of_viewers.values():
        browsers.close()


def test_the_right_page_is_shown(opened_page: OpenedPage, scene: Scene) -> None:
    page_url, _ = PAGES_AND_STATES[opened_page.name]
    path = opened_page.page.url.removeprefix(opened_page.browsers.site)

    if opened_page.name in PAGE_URLS:
        assert path.startswith(page_url.path.format(**scene.path_values))
    assert (opened_page.page.locator("h1").text_content() == "Nothing here") == (
        opened_page.name in {"nothing there", "a stranger"}
    )


def test_the_page_has_no_accessibility_violations(opened_page: OpenedPage) -> None:
    for width, scheme in ((1280, "light"), (390, "dark")):
        # Without motion, colours change at once: no contrast is measured half way from night to day.
        opened_page.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        opened_page.page.set_viewport_size({"width": width, "height": 900})

        wrong = [f"{each['id']}: {node['target']} {node['html'][:160]} {node.get('failureSummary', '')}"
                 for each in find_violations(opened_page.page) for node in each["nodes"]]  # fmt: skip
        assert wrong == [], (width, scheme)


def test_the_page_does_not_scroll_sideways(opened_page: OpenedPage) -> None:
    """On a small phone, a phone, a desktop at 200 % zoom and a tablet."""
    assert find_overflow(opened_page.page, 320, 390, 640, 768) == {}


def test_fields_are_large_enough_that_a_phone_does_not_zoom_into_them(opened_page: OpenedPage) -> None:
    opened_page.page.set_viewport_size({"width": 390, "height": 844})

    assert opened_page.page.evaluate(SMALL_FIELDS) == []


def test_apostrophes_are_typographic(opened_page: OpenedPage) -> None:
    assert re.findall(r".{0,20}\w'.{0,20}", opened_page.page.inner_text("body")) == []


def test_nothing_moves_with_reduced_motion(opened_page: OpenedPage) -> None:
    assert opened_page.page.evaluate(RUNNING_ANIMATIONS) == 0
