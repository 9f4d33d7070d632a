"""A fan offers a remix to the artist's shelf, the team puts it there, and another fan hears it."""

import itertools
import os
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import expect

from catalog import audio
from fans import renders
from fans.models import Experience, Render
from tests import factories
from tests.artists import remix_drafts, remix_scene, shelf_scene
from tests.artists.shelf_scene import Shelf
from tests.browser.browsers import PHONE, Browsers, find_overflow
from tests.browser.full_site import PIPELINE_TIMEOUT_SECONDS, FullSite
from tests.browser.test_remix_review import SECONDS, find_faults, play_tone
from tests.catalog.audio import settings_for
from tests.servers import wait_until

_names = itertools.count(1)
LONG = PIPELINE_TIMEOUT_SECONDS * 1000


@pytest.fixture
def delivered(full_site: FullSite, tmp_path: Path) -> Shelf:
    """A remix whose sound is stored, so that the worker of renders makes the copy for the shelf from it."""
    artist = factories.create_artist(f"Shared {next(_names)}")
    with override_settings(**settings_for(Path(os.environ["AUDIO_ROOT"]).parent)):
        song = remix_scene.create_scene_in(artist, tmp_path)
        factories.remove_undo_time(artist)
        shelf_scene.permit(song)
        with transaction.atomic():  # the worker of renders does not try corners of stems that are no sound
            song.sign(song.save(export=shelf_scene.SHARED))
        fan = factories.create_fan("Zeynep", opted_in=artist)
        sound = play_tone(tmp_path / "remix.flac")
        draft = remix_drafts.write_remix(song, fan, frames=44_100 * SECONDS, sound=sound)
        audio.replace(sound, renders.file_name(Render.objects.get(kind="full", person=fan).cache_key))
        remix_drafts.hear(draft, song.principal, SECONDS)
        remix_drafts.review.approve(draft.pk, by=song.principal)
    found = Experience.objects.select_related("artist", "person").filter(draft=draft.pk)
    experience = wait_until(found.first, seconds=LONG / 1000)
    assert experience
    return Shelf(song, experience)


def test_a_maker_offers_the_team_puts_it_on_and_another_fan_hears_it(browsers: Browsers, delivered: Shelf) -> None:
    artist = delivered.experience.artist
    maker = browsers.open_page(f"/experiences/{delivered.experience.pk}", delivered.maker, **PHONE)
    maker.get_by_role("link", name="Share your remix").tap()
    maker.get_by_text("By this name").tap()
    maker.get_by_label("Name", exact=True).fill("Zeynep A.")
    assert (find_overflow(maker, 320, 390), find_faults(maker)) == ({}, [])
    maker.get_by_role("button", name="Accept this and offer it").tap()
    expect(maker.get_by_role("heading", name="It waits for an answer")).to_be_visible()

    team = browsers.open_page(f"/studio/{artist.slug}/", delivered.principal)
    team.get_by_role("link", name="A fan offers a remix for your page").click()
    expect(team.locator("audio")).to_have_count(1, timeout=LONG)
    assert (find_overflow(team, 320, 390, 1280), find_faults(team)) == ({}, [])
    team.get_by_role("button", name="Put it on your page").click()
    expect(team.get_by_role("button", name="Take the name off")).to_be_visible()

    expect(maker.get_by_role("heading", name="It is on the page of")).to_be_visible(timeout=LONG)
    hearer = browsers.open_page(f"/artists/{artist.slug}", factories.create_fan("Ove"), **PHONE)
    hearer.get_by_role("link", name="Hear them").tap()
    assert (find_overflow(hearer, 320, 390, 1280), find_faults(hearer)) == ({}, [])
    hearer.get_by_role("link", name=delivered.song.recording.title, exact=True).tap()
    expect(hearer.locator(".mark").first).to_have_text(f"Remixed by Zeynep A., approved by {artist.name}")
    hearer.get_by_role("button", name="Play").tap()
    expect(hearer.locator("main [data-time]")).to_have_text("0:01", timeout=LONG)
    assert (find_overflow(hearer, 320, 390), find_faults(hearer)) == ({}, [])

    maker.get_by_role("button", name="Take mine off").tap()
    expect(maker.get_by_text("It is not on the page any more")).to_be_visible()
    browsers.ignore_console_errors("status of 404")  # it plays on in the bar, and asks for the rest of its sound
    hearer.get_by_role("link", name="← Remixes by fans").tap()
    expect(hearer.get_by_text("Nothing here yet")).to_be_visible()
