"""A team brings a stem over a line that breaks, sees what the worker found, corrects it and confirms it."""

import itertools

import pytest
from playwright.sync_api import Route, expect

from catalog.models import Artist, AudioUpload, RecordingSource
from tests import factories
from tests.artists import stems
from tests.browser.browsers import Browsers
from tests.browser.full_site import FullSite

_names = itertools.count(1)


@pytest.fixture
def artist(full_site: FullSite) -> Artist:
    return factories.create_artist(f"Stems {next(_names)}")


def test_an_upload_goes_on_after_a_lost_connection_and_is_confirmed(browsers: Browsers, artist: Artist) -> None:
    song = factories.create_recording(artist)
    browsers.ignore_console_errors("Failed to load resource")
    page = browsers.open_page(f"/studio/{artist.slug}/songs/{song.pk}/stems", factories.get_member(artist, "editor"))
    content, lost = stems.wav(30), []

    def lose_the_second_part(route: Route) -> None:
        if route.request.method == "PATCH" and route.request.headers["upload-offset"] != "0" and not lost:
            lost.append(route.request.headers["upload-offset"])
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/stems/files/*", lose_the_second_part)
    page.set_input_files("[data-choose]", {"name": "drums.wav", "mimeType": "audio/wav", "buffer": content})
    expect(page.locator(".files .state")).to_have_text("Here", timeout=40_000)
    upload = AudioUpload.objects.get(recording=song)
    assert (lost, upload.received) == ([str(4 * 1024 * 1024)], len(content))

    page.reload()
    page.fill("#id_bpm", "120")
    page.fill("#id_last_bar", "15")
    page.locator("h1").click()
    page.keyboard.press("s")
    expect(page.locator("#id_sections-1-first_bar")).to_have_value("1")
    page.fill("#id_sections-1-first_bar", "9")
    page.fill("#id_sections-1-name", "Second half")
    page.get_by_role("button", name="Confirm all of this").click()

    expect(page.locator("#messages")).to_contain_text("Confirmed, as version 1.")
    source = RecordingSource.objects.get(recording=song)
    assert '"name":"Second half"' in source.content
    assert [stem.role for stem in source.stems.all()] == ["drums"]
