"""A reviewer hears a remix with the keyboard and approves it, and its fan plays it."""

import itertools
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import Page, expect

from artists.models import Draft
from catalog.models import Artist
from fans.models import Experience
from tests import factories
from tests.artists import remix_drafts, remix_scene
from tests.browser.accessibility import find_violations
from tests.browser.browsers import PHONE, Browsers, find_overflow
from tests.browser.full_site import PIPELINE_TIMEOUT_SECONDS, FullSite
from tests.catalog.audio import settings_for
from tests.servers import wait_until

_names = itertools.count(1)
LONG = PIPELINE_TIMEOUT_SECONDS * 1000
SECONDS = 3


def play_tone(path: Path, *, seconds: int = SECONDS) -> Path:
    tone = np.sin(np.arange(44_100 * seconds) * 0.06).astype(np.float32) * 0.2
    soundfile.write(path, np.column_stack([tone, tone]), 44_100)
    return path


def find_faults(page: Page) -> list[tuple[str, str]]:
    """What axe finds, with the first element of each."""
    return [(each["id"], each["nodes"][0]["html"]) for each in find_violations(page)]


@pytest.fixture
def draft(full_site: FullSite, tmp_path: Path) -> Draft:
    artist: Artist = factories.create_artist(f"Remixed {next(_names)}")
    factories.remove_undo_time(artist)
    # In one transaction: the workers of the site would try corners and the original, of parts that are no sound.
    with override_settings(**settings_for(Path(os.environ["AUDIO_ROOT"]).parent)), transaction.atomic():
        scene = remix_scene.create_scene_in(artist, tmp_path)
        scene.sign(scene.save())
        draft = remix_drafts.write_remix(scene, frames=44_100 * SECONDS, sound=play_tone(tmp_path / "remix.mp3"))
        remix_drafts.make_original(scene, play_tone(tmp_path / "original.flac"))
    return draft


def test_a_remix_is_heard_compared_and_approved_with_the_keyboard_and_played_by_its_fan(
    browsers: Browsers, draft: Draft
) -> None:
    artist = draft.artist
    principal = factories.get_member(artist, "principal")
    page = browsers.open_page(f"/studio/{artist.slug}/review/{draft.pk}", principal)
    expect(page.locator(".draft-foot")).to_contain_text(f"AI-made within bounds {artist.name} signed")
    player = page.get_by_role("group", name="Player: ")
    expect(player.locator("audio[controls]")).to_have_count(0)
    assert find_faults(page) == []
    page.locator("h1").click()

    page.keyboard.press("x")
    expect(player.get_by_label("Original")).to_be_checked()
    page.keyboard.press("x")
    page.keyboard.press("Space")
    expect(player.get_by_role("button", name="Play")).to_have_attribute("aria-pressed", "true")

    expect(page.locator("#hearing")).to_contain_text("You have heard 0:03 of 0:03", timeout=LONG)
    expect(page.locator(".draft-foot")).to_contain_text(f"Remixed by a fan, approved by {artist.name}")
    page.keyboard.press("a")
    expect(page.locator("#undo")).to_contain_text("Approved for", timeout=LONG)

    experience = wait_until(lambda: Experience.objects.filter(draft=draft.pk).first(), seconds=LONG / 1000)
    phone = browsers.open_page(f"/experiences/{experience.pk}", draft.person, **PHONE)
    expect(phone.locator(".hero .mark")).to_have_text(f"Remixed by you, approved by {artist.name}")
    phone.get_by_role("button", name="Play").tap()
    expect(phone.locator("main [data-time]")).to_have_text("0:01", timeout=LONG)
    phone.reload()
    expect(phone.locator("main [data-time]")).not_to_have_text("0:00")
    assert find_overflow(phone, 320, 390) == {}
    assert find_faults(phone) == []
    assert find_overflow(page, 320, 390, 1280) == {}
