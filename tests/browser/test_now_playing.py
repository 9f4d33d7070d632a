"""A remix plays on in the bar while its fan moves through pages, and counts as a listen."""

import itertools
import os
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import Page, expect

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
