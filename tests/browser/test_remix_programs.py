"""A principal saves and signs a program of remixes, on a phone and on a wide screen."""

import itertools
import os
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import expect

from accounts.models import Person
from artists import programs
from artists.models import Program
from tests import factories
from tests.artists import remix_scene
from tests.browser.browsers import PHONE, Browsers, find_overflow
from tests.browser.full_site import FullSite
from tests.browser.test_remix_review import find_faults
from tests.catalog.audio import settings_for

_names = itertools.count(1)
WIDE = {"viewport": {"width": 1280, "height": 800}}


@pytest.fixture
def program(full_site: FullSite, tmp_path: Path) -> Program:
    artist = factories.create_artist(f"Sender {next(_names)}")
    # In one transaction, so that no worker sees the corners before they have a sound.
    with override_settings(**settings_for(Path(os.environ["AUDIO_ROOT"]).parent)), transaction.atomic():
        scene = remix_scene.create_scene_in(artist, tmp_path)
        scene.sign(scene.save())
    return programs.create(artist, name="Remixed for you", by=scene.principal, kind=Program.Kind.REMIX)


@pytest.mark.parametrize("device", [PHONE, WIDE], ids=["phone", "wide"])
def test_a_program_of_remixes_is_chosen_saved_and_signed(
    program: Program, browsers: Browsers, device: dict[str, object], tmp_path: Path
) -> None:
    principal: Person = factories.get_member(program.artist, "principal")
    url = f"/studio/{program.artist.slug}/programs/{program.pk}"
    page = browsers.open_page(url, principal, fresh=True, **device)
    page.get_by_label("Which song").select_option(label="Low Tide Choir")
    page.get_by_label("How often").select_option(label="another number of times")
    page.get_by_label("Another number of times").fill("12")

    page.get_by_role("button", name="Save as a new version").click()
    sign = page.get_by_role("button", name="Sign version 1")
    expect(sign).to_be_enabled()
    page.get_by_label("Another number of times").fill("13")
    expect(sign).to_be_disabled()
    page.get_by_label("Another number of times").fill("12")
    page.screenshot(path=tmp_path / "program.png", full_page=True)
    assert find_faults(page) == []
    assert find_overflow(page, 320, 390, 1280) == {}
    sign.click()

    expect(page.get_by_text("Version 1 is running")).to_be_visible()
    version = program.versions.get()
    assert (version.nth, version.recording and version.recording.title) == (12, "Low Tide Choir")
