"""The profile page: an artist's team changes what fans see."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from audit.models import Entry
from catalog.models import Artist, ArtistLink, Picture
from tests import factories
from tests.artists.studio.pages import member_client, visible_text
from tests.catalog.pictures import bomb, png

WORDS = {"about": "Slow songs. Lisbon.", "spot": "sea", "label_0": "Shop", "url_0": "mara.example/shop"}


@pytest.fixture
def artist(shared_artist: Artist, settings: Settings, tmp_path: Path) -> Artist:
    settings.MEDIA_ROOT = tmp_path
    return shared_artist


def profile_path(artist: Artist, action: str = "") -> str:
    return f"/studio/{artist.slug}/profile{action}"


def upload(content: bytes, name: str = "me.png") -> dict[str, Any]:
    return {"picture": SimpleUploadedFile(name, content, "image/png")}


def state(artist: Artist) -> tuple[Any, ...]:
    stored = Artist.objects.get(pk=artist.pk)
    return stored.about, stored.spot, stored.picture_id, list(stored.links.values_list("label", "url"))


@pytest.mark.parametrize("role", ["principal", "owner", "editor"])
def test_an_editor_changes_the_words_and_fans_see_them(artist: Artist, role: str) -> None:
    client = member_client(artist, role)

    answer = client.post(profile_path(artist), WORDS)

    assert (answer.status_code, answer.headers["Location"]) == (302, profile_path(artist))
    assert state(artist) == ("Slow songs. Lisbon.", "sea", None, [("Shop", "https://mara.example/shop")])
    page = factories.signed_in_client(factories.create_fan()).get(f"/artists/{artist.slug}").content.decode()
    assert '<a href="https://mara.example/shop" rel="noopener nofollow"><bdi>Shop</bdi></a>' in page
    assert ("Slow songs. Lisbon." in page, "mara.example" in page, 'data-spot="sea"' in page) == (True, True, True)


def test_links_are_replaced_in_their_order_and_empty_rows_are_left_out(artist: Artist) -> None:
    client = member_client(artist, "editor")
    client.post(profile_path(artist), WORDS)

    client.post(profile_path(artist), {"label_1": "B", "url_1": "b.example", "label_3": "A", "url_3": "a.example"})

    assert list(ArtistLink.objects.values_list("position", "label")) == [(0, "B"), (1, "A")]


def test_mistakes_stand_at_their_fields_and_what_was_typed_stays(artist: Artist) -> None:
    typed = {
        "about": "x" * 301, "spot": "brass", "label_0": "Shop", "url_0": "http://mara.example", "label_1": "",
        "url_1": "b.example", "label_2": "No address", "label_3": "Hid\u200bden", "url_3": "c.example",
    }  # fmt: skip

    page = member_client(artist, "editor").post(profile_path(artist), typed)

    assert (page.status_code, state(artist)) == (422, ("", "", None, []))
    errors = {name: list(errors) for name, errors in page.context["form"].errors.items()}
    assert errors == {
        "about": ["Ensure this value has at most 300 characters (it has 301)."],
        "spot": ["Select a valid choice. brass is not one of the available choices."],
        "url_0": ["Only links that begin with https:// are shown."],
        "label_1": ["What should the link say?"],
        "url_2": ["Where does it lead?"],
        "label_3": ["There is a character in it that nobody can see (U+200B). Take it out."],
    }
    html = page.content.decode()
    assert [f'value="{text}"' in html for text in ("x" * 301, "Shop", "http://mara.example", "No address")] == [
        True
    ] * 4
    assert "Not saved yet." in visible_text(page)


def test_markup_in_the_profile_is_text(artist: Artist) -> None:
    typed = {"about": "<script>x</script>", "label_0": "<b>Shop</b>", "url_0": 'https://mara.example/"><script>'}
    client = member_client(artist, "editor")
    client.post(profile_path(artist), typed)

    for path in (profile_path(artist), f"/artists/{artist.slug}"):
        page = client.get(path).content.decode()
        assert ["&lt;script&gt;x" in page, "<script>x" in page, "<b>Shop" in page, '"><script>' in page] == [
            True,
            False,
            False,
            False,
        ]


def test_a_picture_is_shown_to_fans_and_can_be_removed(artist: Artist) -> None:
    client, fan = member_client(artist, "editor"), factories.signed_in_client(factories.create_fan())
    client.post(profile_path(artist, "/picture"), upload(png()))
    picture = Picture.objects.get()
    address = f"/pictures/{picture.key}-large.webp"
    shown = [f'src="{address}"' in fan.get(f"/artists/{artist.slug}").content.decode()]

    client.post(profile_path(artist, "/picture"), {"do": "remove"})
    shown.append("/pictures/" in fan.get(f"/artists/{artist.slug}").content.decode())

    assert shown == [True, False]
    assert state(artist)[2] is None
    entries = Entry.objects.filter(action="artist.picture_set", subject=f"artist:{artist.pk}").order_by("pk")
    assert [entry.facts for entry in entries] == [{"picture": picture.key}, {"picture": None}]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({}, "Choose one."),
        ({"picture": "no file"}, "Choose one."),
        (upload(b""), "This file is empty. Choose another one."),
        (upload(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "me.svg"), "This is no PNG, JPEG or WebP picture."),
        (upload(b"<script>alert(1)</script>"), "This is no PNG, JPEG or WebP picture."),
        (upload(bomb(30_000, 30_000)), "This picture has more than 25 megapixels. Make it smaller."),
        (upload(png()[:300]), "This picture is damaged or not complete."),
    ],
    ids=["nothing", "a text", "an empty file", "an SVG", "HTML named .png", "a bomb", "a part"],
)
def test_a_file_that_is_no_good_picture_is_refused_in_place(artist: Artist, data: dict[str, Any], problem: str) -> None:
    page = member_client(artist, "editor").post(profile_path(artist, "/picture"), data)

    assert (page.status_code, state(artist)[2], Picture.objects.count()) == (422, None, 0)
    assert problem in visible_text(page)


def test_a_reviewer_reads_the_profile_and_cannot_change_it(artist: Artist) -> None:
    client, before = member_client(artist, "reviewer"), state(artist)

    page = client.get(profile_path(artist))
    answers = [
        client.post(profile_path(artist), WORDS),
        client.post(profile_path(artist, "/picture"), upload(png())),
        client.post(profile_path(artist, "/picture"), {"do": "remove"}),
    ]

    assert (page.status_code, "The artist, an owner or an editor" in visible_text(page)) == (200, True)
    assert "<input" not in page.content.decode().partition("<main")[2].partition("</main")[0]
    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert (state(artist), Picture.objects.count()) == (before, 0)


def test_the_history_says_who_changed_the_profile(artist: Artist) -> None:
    client = member_client(artist, "editor")
    client.post(profile_path(artist), WORDS)
    client.post(profile_path(artist, "/picture"), upload(png()))
    client.post(profile_path(artist, "/picture"), {"do": "remove"})

    text = visible_text(member_client(artist, "reviewer").get(f"/studio/{artist.slug}/history"))

    for words in ("changed the profile", "changed the picture", "removed the picture"):
        assert f"Mara editor {words}" in text
