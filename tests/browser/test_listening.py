"""The player and the list of listens, with the whole pipeline running."""

import io
import itertools
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import soundfile
from django.conf import settings
from playwright.sync_api import Page, expect

from catalog.models import Artist, Recording, Sound
from config.demo import synthesis
from fans.models import Engagement
from listens.models import Listen
from tests import factories
from tests.browser.browsers import Browsers
from tests.browser.factories import create_token
from tests.browser.full_site import PIPELINE_TIMEOUT_SECONDS, FullSite
from tests.servers import wait_until

_names = itertools.count(1)


@pytest.fixture
def artist(full_site: FullSite) -> Iterator[Artist]:
    artist = factories.create_artist(f"Player {next(_names)}")
    factories.create_recording(artist, "Night Bus")
    yield artist
    for sound in Sound.objects.filter(recording__artist=artist):
        (Path(settings.MEDIA_ROOT) / sound.path).unlink()


def store_tone(recording: Recording, *, seconds: int) -> None:
    """A sound as the site plays it. The shorter it is, the sooner a play of it counts."""
    wav = io.BytesIO()
    soundfile.write(wav, np.sin(np.arange(22_050 * seconds) * 0.06) * 0.2, 22_050, format="WAV", subtype="PCM_16")
    synthesis.store_sound(recording, wav.getvalue(), "wav", Decimal(seconds))


def listen_rows(page: Page) -> list[str]:
    return [" ".join(row.split()) for row in page.locator(".listens tbody tr").all_inner_texts()]


def test_a_deleted_listen_disappears_from_every_open_page(
    full_site: FullSite, browsers: Browsers, artist: Artist
) -> None:
    fan = factories.create_fan("Ana")
    full_site.send_listens(create_token(fan), artist.name, 3)
    wait_until(lambda: Engagement.objects.filter(person=fan, listens=3).exists(), seconds=PIPELINE_TIMEOUT_SECONDS)
    page, other = (browsers.open_page("/listening", fan) for _ in range(2))
    expect(page.locator(".listens tbody tr")).to_have_count(3)
    expect(other.locator("[data-live-state]")).to_have_text("Live")

    page.locator(".listens tbody tr").first.get_by_role("button").click()

    expect(page.locator("#total")).to_have_text("2 in 12 months")
    for tab in (page, other):
        expect(tab.locator(".listens tbody tr")).to_have_count(2)
        expect(tab.locator("#total")).to_have_text("2 in 12 months")
    assert Engagement.objects.get(person=fan).listens == 2


def test_listens_can_be_deleted_and_paused_without_javascript(
    full_site: FullSite, browsers: Browsers, artist: Artist
) -> None:
    fan = factories.create_fan("Bea")
    full_site.send_listens(create_token(fan), artist.name, 2)
    wait_until(lambda: Listen.objects.filter(person=fan).count() == 2, seconds=PIPELINE_TIMEOUT_SECONDS)
    page = browsers.open_page("/listening", fan, java_script_enabled=False)

    page.locator(".listens tbody tr").first.get_by_role("button").click()
    wait_until(lambda: Listen.objects.filter(person=fan).count() == 1, seconds=PIPELINE_TIMEOUT_SECONDS)
    page.reload()
    page.locator(".recording-status summary").click()
    page.get_by_role("button", name="Until I record again").click()

    assert len(listen_rows(page)) == 1
    expect(page.get_by_text("Not recording")).to_be_visible()


def test_a_play_counts_after_half_of_the_song(browsers: Browsers, artist: Artist) -> None:
    fan = factories.create_fan("Cid")
    # Half of less has passed by the clock as well before a slow machine has played it at four times the speed.
    store_tone(artist.recordings.get(), seconds=30)
    page = browsers.open_page(f"/artists/{artist.slug}", fan)
    player = page.locator("[data-player]")
    play = player.get_by_role("button")
    expect(player.locator("audio")).not_to_have_attribute("controls", "")

    browsers.ignore_console_errors("status of 422")
    play.click()
    expect(play).to_have_attribute("aria-pressed", "true")
    page.locator("audio").evaluate("audio => { audio.playbackRate = 4; }")
    expect(player.get_by_role("status")).to_have_text("Nobody can have heard that much since it began.", timeout=30_000)
    page.reload()
    page.locator("[data-player]").get_by_role("button").click()
    expect(page.locator("[data-player]").get_by_role("status")).to_have_text("This counts as a listen.", timeout=60_000)
    expect(page.locator("#listen-count")).to_contain_text("You have listened 1 time, first on")

    listen = wait_until(
        Listen.objects.filter(person=fan).select_related("source").first, seconds=PIPELINE_TIMEOUT_SECONDS
    )
    assert listen
    assert (listen.source.uri, listen.recording, listen.time_basis) == (
        "/api/player",
        artist.recordings.get(),
        "start",
    )
    assert Listen.objects.filter(person=fan).count() == 1
    page.goto("/listening")
    expect(page.locator(".listens tbody tr")).to_contain_text("here")


def test_a_newcomer_plays_a_song_and_is_led_to_artists(browsers: Browsers, artist: Artist) -> None:
    Sound.objects.exclude(recording__artist=artist).delete()
    store_tone(artist.recordings.get(), seconds=8)
    page = browsers.open_page("/welcome", factories.create_fan("Eve"))
    next_link = page.locator("[data-when-played] a")
    expect(next_link).to_be_hidden()

    page.locator("[data-play]").click()
    expect(next_link).to_be_visible(timeout=60_000)
    expect(page.locator("[data-told]").first).to_have_text("This counts as a listen.")
    next_link.click()

    expect(page.locator("h1")).to_have_text("Who can write to you?")


def test_the_player_works_by_keyboard_and_plays_one_song_at_a_time(browsers: Browsers, artist: Artist) -> None:
    for title in ("First", "Second"):
        store_tone(factories.create_recording(artist, title), seconds=30)
    page = browsers.open_page(f"/artists/{artist.slug}", factories.create_fan("Dee"))
    first, second = (page.locator("[data-player]").nth(n).locator("[data-play]") for n in range(2))

    first.focus()
    page.keyboard.press("Space")
    expect(first).to_have_attribute("aria-pressed", "true")
    second.focus()
    page.keyboard.press("Enter")
    expect(second).to_have_attribute("aria-pressed", "true")
    expect(first).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    expect(second).to_have_attribute("aria-pressed", "false")

    assert page.locator("audio").nth(1).evaluate("audio => audio.ended")
    assert Listen.objects.filter(person__name="Dee").count() == 0
