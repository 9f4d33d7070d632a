"""A remix plays on in the bar while its fan moves through pages, and counts as a listen."""

import itertools
import os
import re
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import Page, Route, expect

from artists.models import Draft
from fans import experiences
from fans.models import Experience
from listens.models import Listen
from tests import factories
from tests.artists import remix_drafts, remix_scene
from tests.browser.browsers import PHONE, Browsers, find_overflow
from tests.browser.full_site import PIPELINE_TIMEOUT_SECONDS, FullSite
from tests.browser.test_remix_review import find_faults, play_tone
from tests.catalog.audio import settings_for
from tests.servers import wait_until

_names = itertools.count(1)
LONG = PIPELINE_TIMEOUT_SECONDS * 1000
BAR = "[data-now-playing]"


@pytest.fixture
def experience(full_site: FullSite, tmp_path: Path) -> Experience:
    """Half a minute of a remix, delivered."""
    artist = factories.create_artist(f"Played {next(_names)}")
    factories.remove_undo_time(artist)
    tone = play_tone(tmp_path / "remix.mp3", seconds=32)
    with override_settings(**settings_for(Path(os.environ["AUDIO_ROOT"]).parent)), transaction.atomic():
        scene = remix_scene.create_scene_in(artist, tmp_path)  # in one: the workers of the site would take its parts
        scene.sign(scene.save())
        draft: Draft = remix_drafts.write_remix(scene, sound=tone)
    remix_drafts.approve(draft)
    found = wait_until(Experience.objects.filter(draft=draft.pk).first, seconds=PIPELINE_TIMEOUT_SECONDS)
    assert found
    return found


def place(page: Page) -> float:
    """Where the sound is that was moved last, in seconds."""
    return float(page.evaluate("Math.max(...[...document.querySelectorAll('audio')].map(each => each.currentTime))"))


def is_playing(page: Page) -> bool:
    return bool(page.evaluate("[...document.querySelectorAll('audio')].some(each => !each.paused)"))


def test_it_plays_on_through_pages_and_becomes_a_listen(browsers: Browsers, experience: Experience) -> None:
    page = browsers.open_page(f"/experiences/{experience.pk}", experience.person)
    page.evaluate("window.isSameDocument = true")
    bar = page.locator(BAR)
    page.get_by_role("button", name="Play").click()
    wait_until(lambda: place(page) > 1)
    expect(bar.locator("[data-remix-player]")).to_be_attached()
    expect(bar).to_be_hidden()

    before = place(page)
    page.get_by_role("link", name="Listening", exact=True).first.click()
    expect(page.locator("h1")).to_have_text("Your listening")
    expect(bar).to_be_visible()
    assert (page.url.endswith("/listening"), is_playing(page), place(page) >= before) == (True, True, True)
    assert find_faults(page) == []
    assert find_overflow(page, 320, 390, 1280) == {}

    bar.get_by_role("link").click()
    expect(bar).to_be_hidden()
    expect(page.locator("main [data-play]")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Your listening")
    assert (page.evaluate("window.isSameDocument"), is_playing(page)) == (True, True)
    expect(bar.get_by_role("status")).to_have_text("This counts as a listen.", timeout=30_000)
    listen = wait_until(Listen.objects.of_remixes().filter(person=experience.person).first, seconds=LONG / 1000)
    assert listen
    assert listen.extra["playback"] == {"context_uri": f"experience:{experience.pk}"}

    before = place(page)
    page.goto("/settings")
    expect(bar.locator("[data-time]")).not_to_have_text("0:00")
    assert place(page) >= before - 1
    if not is_playing(page):
        bar.get_by_role("button", name="Play", exact=True).click()
    wait_until(lambda: place(page) > before + 1)
    page.locator(".bar-end summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('now-playing')") is None


def test_it_stops_in_the_bar_with_the_words_of_its_page(browsers: Browsers, experience: Experience) -> None:
    page = browsers.open_page(f"/experiences/{experience.pk}", experience.person, **PHONE)
    page.get_by_role("button", name="Play").tap()
    wait_until(lambda: place(page) > 1)
    page.locator(".tabs").get_by_role("link", name="Artists").tap()
    bar = page.locator(BAR)
    expect(bar).to_be_visible()
    assert find_faults(page) == []
    assert find_overflow(page, 320, 390) == {}

    experiences.withdraw(experience.pk, by="system:operator", reason="a test")

    expect(bar).to_contain_text("took this back. You can no longer hear it.", timeout=LONG)
    assert not is_playing(page)
    bar.get_by_role("button", name="Close").tap()
    expect(bar).to_be_hidden()


def play_and_move(browsers: Browsers, experience: Experience) -> Page:
    """The page of listens, around a bar that plays."""
    page = browsers.open_page(f"/experiences/{experience.pk}", experience.person)
    page.evaluate("window.isSameDocument = true")
    expect(page.locator("[data-live-state]")).to_have_text("Live")
    page.get_by_role("button", name="Play").click()
    wait_until(lambda: place(page) > 1)
    page.get_by_role("link", name="Listening", exact=True).first.click()
    expect(page.locator("h1")).to_have_text("Your listening")
    assert page.evaluate("window.isSameDocument")
    return page


def test_after_a_reload_one_goes_back_to_the_page_before(browsers: Browsers, experience: Experience) -> None:
    page = play_and_move(browsers, experience)
    expect(page.locator("[data-live-state]")).to_be_visible()

    page.reload()
    page.go_back()

    expect(page.locator("main [data-remix-player]")).to_be_visible()
    assert page.url.endswith(f"/experiences/{experience.pk}")


def test_what_was_stopped_plays_no_more_and_its_place_is_remembered(browsers: Browsers, experience: Experience) -> None:
    page = play_and_move(browsers, experience)
    page.evaluate("window.sound = document.querySelector('[data-now-playing] audio')")

    page.get_by_role("button", name="Stop and close the player").click()

    assert page.evaluate("[sound.hasAttribute('src'), sound.readyState]") == [False, 0]
    places = "Object.entries(localStorage).filter(([key]) => key.startsWith('place:')).map(([, ms]) => Number(ms))"
    assert page.evaluate(places)[0] > 900


def test_a_page_of_a_newer_release_is_a_new_document(browsers: Browsers, experience: Experience) -> None:
    page = play_and_move(browsers, experience)
    page.route("**/artists/", send_with_newer_script)

    page.get_by_role("link", name="Artists", exact=True).first.click()

    expect(page.locator("h1")).to_have_text("Artists")
    assert page.evaluate("window.isSameDocument") is None


def test_a_page_of_another_person_is_a_new_document(browsers: Browsers, experience: Experience) -> None:
    page = play_and_move(browsers, experience)
    other = factories.create_fan()
    browsers.sign_in(page.context, other)

    page.get_by_role("link", name="Artists", exact=True).first.click()

    expect(page.locator("h1")).to_have_text("Artists")
    expect(page.locator(BAR)).to_have_attribute("data-owner", str(other.pk))
    assert (page.evaluate("window.isSameDocument"), is_playing(page)) == (None, False)


def send_with_newer_script(route: Route) -> None:
    """What is fetched by a script names another app.js. The document itself is as it is."""
    if route.request.resource_type == "document":
        return route.continue_()
    answer = route.fetch()
    return route.fulfill(response=answer, body=re.sub(r"app\.[0-9a-f]{12}\.js", "app.000000000000.js", answer.text()))
