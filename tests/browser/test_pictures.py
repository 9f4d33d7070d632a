"""A picture is uploaded in its page: nothing that was typed beside it is lost, and what is refused says why."""

import itertools
from pathlib import Path

from playwright.sync_api import Page, expect

from catalog.models import Artist
from tests import factories
from tests.browser.browsers import Browsers
from tests.catalog.pictures import png

_numbers = itertools.count(1)


def upload(page: Page, section: str, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    page.set_input_files(f"{section} [type=file]", str(path))
    page.click(f"{section} form [type=file] >> xpath=ancestor::form >> button")


def test_a_picture_is_replaced_in_place_and_typed_words_stay(browsers: Browsers, tmp_path: Path) -> None:
    browsers.ignore_console_errors("status of 422")
    artist = factories.create_artist(f"Picture {next(_numbers)}")
    page = browsers.open_page(f"/studio/{artist.slug}/profile", factories.get_member(artist, "editor"))
    page.fill("[name=about]", "Slow songs for loud cities.")

    upload(page, "#profile-picture", tmp_path / "page.png", b"<script>alert(1)</script>")
    expect(page.locator("#profile-picture .field-error")).to_contain_text("This is no PNG, JPEG or WebP picture.")
    assert page.url.endswith("/profile")  # not the address of the form, which has no page
    upload(page, "#profile-picture", tmp_path / "me.png", png((800, 600)))
    picture = page.locator("#profile-picture img")
    expect(picture).to_have_js_property("naturalWidth", 600)

    assert page.input_value("[name=about]") == "Slow songs for loud cities."
    page.click("#profile-words .btn-primary")
    expect(page.locator(".messages")).to_contain_text("Saved.")
    assert Artist.objects.get(pk=artist.pk).about == "Slow songs for loud cities."


def test_a_song_is_added_and_gets_its_cover_without_a_reload(browsers: Browsers, tmp_path: Path) -> None:
    browsers.ignore_console_errors("status of 422")
    artist = factories.create_artist(f"Cover {next(_numbers)}")
    page = browsers.open_page(f"/studio/{artist.slug}/songs", factories.get_member(artist, "editor"))
    page.fill("#new [name=title]", "The Lift Is Out")
    page.fill("#new [name=isrc]", "PT-ABC-26")
    page.click("#new .btn-dark")
    expect(page.locator("#new .field-error")).to_contain_text("characters are missing")
    assert page.input_value("#new [name=title]") == "The Lift Is Out"

    page.fill("#new [name=isrc]", f"PT-XYZ-26-0007{artist.pk % 10}")
    page.click("#new .btn-dark")
    expect(page.locator("h1")).to_have_text("The Lift Is Out")
    upload(page, "#song-cover", tmp_path / "cover.png", png())

    expect(page.locator("#song-cover img")).to_have_js_property("naturalWidth", 300)
    assert artist.recordings.get().cover is not None
