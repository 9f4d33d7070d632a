"""A fan at the remix desk moves a control, hears the try-out and the recording, compares them, and undoes."""

import itertools
import re

from django.db import transaction
from playwright.sync_api import Page, expect
from pytest_django import Settings

from tests import factories
from tests.artists import remix_scene
from tests.browser.browsers import Browsers, find_overflow
from tests.browser.full_site import FullSite
from tests.servers import wait_until

_names = itertools.count(1)
RENDER_TIMEOUT = 60_000
"""Milliseconds. A worker's first render compiles code."""


def seconds_played(page: Page, part: str) -> float:
    return float(page.locator(f'[data-part="{part}"] audio').evaluate("audio => audio.currentTime"))


def test_a_fan_hears_what_a_moved_control_does(full_site: FullSite, browsers: Browsers, settings: Settings) -> None:
    scene = remix_scene.create_sounding_scene(
        factories.create_artist(f"Desk {next(_names)}"), settings, full_site.mail.parent
    )
    with transaction.atomic():  # the workers of the site would make the corners
        scene.sign(scene.save())
    address = f"/artists/{scene.recording.artist.slug}/remix/{scene.recording.pk}"
    page = browsers.open_page(address, factories.create_fan(), viewport={"width": 390, "height": 844})

    page.locator("input[name=tempo]").press("ArrowRight")

    yours, recorded = (page.locator(f'[data-part="{name}"] audio') for name in ("yours", "original"))
    expect(yours).to_be_attached(timeout=RENDER_TIMEOUT)
    expect(recorded).to_be_attached(timeout=RENDER_TIMEOUT)
    page.locator("h1").click()
    wait_until(lambda: seconds_played(page, "yours") > 0.3)
    page.keyboard.press("x")
    wait_until(lambda: seconds_played(page, "original") > 0.5)
    assert yours.evaluate("audio => audio.paused")
    assert abs(seconds_played(page, "original") - seconds_played(page, "yours")) < 2
    expect(page.locator("[data-desk]")).to_have_text(re.compile("Tempo.*→", re.DOTALL))
    assert find_overflow(page, 390) == {}

    page.keyboard.press("z")
    expect(page.locator("[data-desk]")).to_contain_text("Nothing changed yet")

    mood = page.get_by_role("button", name="Kitchen")
    mood.scroll_into_view_if_needed()
    height = page.evaluate("scrollY")
    mood.click()
    expect(page.locator("[data-desk]")).to_contain_text("Yours so far")
    assert (height > 0, page.evaluate("scrollY")) == (True, height)  # the page stays where the hand is
