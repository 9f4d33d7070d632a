"""The song pages: an artist's team adds songs, finds them and changes them."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import DjangoAssertNumQueries, Settings

from artists.studio.views import songs as song_views
from audit.models import Entry
from catalog.models import Artist, Picture, Recording
from tests import factories
from tests.artists.studio.pages import HTMX_HEADERS, member_client, visible_text
from tests.catalog.pictures import bomb, png

SONG = {
    "title": "Salt Radio", "artist_credit": "Mara Veil feat. Ove Lind", "isrc": "pt-abc-26-00001",
    "mbid": "b1a9c0e9-d987-4042-ae91-78d6a3267d69", "duration": "3:41",
}  # fmt: skip


@pytest.fixture
def artist(shared_artist: Artist, settings: Settings, tmp_path: Path) -> Artist:
    settings.MEDIA_ROOT = tmp_path
    return shared_artist


def songs_path(artist: Artist, song: Recording | None = None, action: str = "") -> str:
    return f"/studio/{artist.slug}/songs" + (f"/{song.pk}{action}" if song else "")


def state() -> list[tuple[Any, ...]]:
    fields = ("title", "artist_credit", "isrc", "mbid", "duration_ms", "cover")
    return list(Recording.objects.order_by("pk").values_list(*fields))


def upload(content: bytes) -> dict[str, Any]:
    return {"picture": SimpleUploadedFile("cover.png", content, "image/png")}


@pytest.mark.parametrize("role", ["principal", "owner", "editor"])
def test_an_editor_adds_a_song(artist: Artist, role: str) -> None:
    client = member_client(artist, role)

    answer = client.post(songs_path(artist), SONG)

    song = Recording.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, songs_path(artist, song))
    assert (song.artist, song.title, song.artist_credit) == (artist, "Salt Radio", "Mara Veil feat. Ove Lind")
    assert (song.isrc, str(song.mbid), song.duration_ms) == ("PTABC2600001", SONG["mbid"], 221_000)
    entry = Entry.objects.get(action="recording.added")
    assert entry.actor == factories.get_member(artist, role).actor
    assert [
        text in visible_text(client.get(songs_path(artist))) for text in ("Salt Radio", "PT-ABC-26-00001", "3:41")
    ] == [
        True,
        True,
        True,
    ]


def test_a_song_needs_only_a_title(artist: Artist) -> None:
    member_client(artist, "editor").post(songs_path(artist), {"title": "Salt Radio"})

    assert state() == [("Salt Radio", "Mara Veil", None, None, None, None)]


def test_mistakes_stand_at_their_fields_and_what_was_typed_stays(artist: Artist) -> None:
    typed = {
        "title": " ",
        "artist_credit": "Ma\u202era",
        "isrc": "PT-ABC-26-0001",
        "mbid": "salt-radio",
        "duration": "3:61",
    }

    page = member_client(artist, "editor").post(songs_path(artist), typed)

    assert (page.status_code, state()) == (422, [])
    assert set(page.context["form"].errors) == {"title", "artist_credit", "isrc", "mbid", "duration"}
    html = page.content.decode()
    assert [f'value="{typed[name]}"' in html for name in ("isrc", "mbid", "duration")] == [True] * 3
    text = visible_text(page)
    assert "A digit is missing: the ISRC has 12 characters, and this has 11." in text
    assert "Write the length in minutes and seconds, as in 3:41." in text


@pytest.mark.parametrize("duration", ["0:00", "-1:00", "3.41", "three", "3:4", "999:999", "3:41:", "٣:٤١"])
def test_a_length_is_minutes_and_seconds(artist: Artist, duration: str) -> None:
    page = member_client(artist, "editor").post(songs_path(artist), {"title": "Salt Radio", "duration": duration})

    assert (page.status_code, list(page.context["form"].errors), state()) == (422, ["duration"], [])


@pytest.mark.parametrize(("duration", "stored"), [("0:01", 1000), ("1:02:03", 3_723_000), ("3:41.5", 221_500)])
def test_a_length_is_shown_as_it_was_typed(artist: Artist, duration: str, stored: int) -> None:
    client = member_client(artist, "editor")
    client.post(songs_path(artist), {"title": "Salt Radio", "duration": duration})
    song = Recording.objects.get()

    page = client.get(songs_path(artist, song)).content.decode()

    assert (song.duration_ms, f'value="{duration}"' in page) == (stored, True)


def test_an_isrc_of_another_artist_is_refused_and_says_what_to_do(artist: Artist) -> None:
    other = factories.create_artist("Ove Lind")
    member_client(other, "editor").post(songs_path(other), SONG)

    page = member_client(artist, "editor").post(songs_path(artist), {"title": "Mine", "isrc": "PTABC2600001"})

    assert (page.status_code, Recording.objects.count()) == (422, 1)
    problem = "Another artist here has a recording with this ISRC. Look whether it is typed right."
    remedy = "If it is yours, tell our staff: they find out whose it is."
    assert [str(each) for each in page.context["form"].errors["isrc"]] == [f"{problem} {remedy}"]
    assert "Salt Radio" not in visible_text(page)


def test_an_editor_changes_a_song_and_its_keys_follow(artist: Artist) -> None:
    song = factories.create_recording(artist)
    client = member_client(artist, "editor")

    answer = client.post(songs_path(artist, song), {**SONG, "title": "Salt Radio (Live)", "artist_credit": ""})

    assert (answer.status_code, state()[0][:3]) == (302, ("Salt Radio (Live)", "Mara Veil", "PTABC2600001"))
    assert "Saved." in visible_text(client.get(songs_path(artist, song)))
    assert Entry.objects.get(action="recording.edited").facts["changed"] == ["duration_ms", "isrc", "mbid", "title"]
    history = visible_text(client.get(f"/studio/{artist.slug}/history"))
    assert "changed the length, the ISRC, the MBID and the title of “Salt Radio (Live)”" in history


def test_a_cover_is_shown_and_can_be_removed(artist: Artist) -> None:
    song, client = factories.create_recording(artist), member_client(artist, "editor")
    client.post(songs_path(artist, song, "/cover"), upload(png()))
    picture = Picture.objects.get()
    shown = [f"/pictures/{picture.key}-small.webp" in client.get(songs_path(artist)).content.decode()]

    client.post(songs_path(artist, song, "/cover"), {"do": "remove"})
    shown.append("/pictures/" in client.get(songs_path(artist)).content.decode())

    assert (shown, state()[0][-1]) == ([True, False], None)
    history = visible_text(client.get(f"/studio/{artist.slug}/history"))
    assert ["changed the cover of “Salt Radio”" in history, "removed the cover of “Salt Radio”" in history] == [
        True,
        True,
    ]


def test_a_bad_cover_is_refused_in_place(artist: Artist) -> None:
    song = factories.create_recording(artist)

    page = member_client(artist, "editor").post(songs_path(artist, song, "/cover"), upload(bomb(20_000, 20_000)))

    assert (page.status_code, state()[0][-1], Picture.objects.count()) == (422, None, 0)
    assert "This picture has more than 25 megapixels." in visible_text(page)


def test_a_reviewer_reads_songs_and_cannot_change_them(artist: Artist) -> None:
    song, client = factories.create_recording(artist), member_client(artist, "reviewer")
    before = state()

    pages = [client.get(songs_path(artist)), client.get(songs_path(artist, song))]
    answers = [
        client.post(songs_path(artist), SONG),
        client.post(songs_path(artist, song), SONG),
        client.post(songs_path(artist, song, "/cover"), upload(png())),
        client.post(songs_path(artist, song, "/cover"), {"do": "remove"}),
    ]

    assert [page.status_code for page in pages] == [200, 200]
    assert ['method="post"' in page.content.decode().partition("<main")[2] for page in pages] == [False, False]
    assert [answer.status_code for answer in answers] == [409, 409, 409, 409]
    assert (state(), Picture.objects.count()) == (before, 0)


def test_a_song_of_another_artist_is_not_found(artist: Artist) -> None:
    other = factories.create_artist("Ove Lind")
    theirs, client = factories.create_recording(other, "Ferry"), member_client(artist, "principal")

    answers = [
        client.get(songs_path(artist, theirs)),
        client.post(songs_path(artist, theirs), SONG),
        client.post(songs_path(artist, theirs, "/cover"), upload(png())),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert state()[0][0] == "Ferry"


def test_songs_are_found_by_a_part_of_the_title_or_the_whole_isrc(artist: Artist) -> None:
    client = member_client(artist, "editor")
    for title, isrc in [("Salt Radio", "PTABC2600001"), ("100 % Salt_", ""), ("Night Bus", "")]:
        client.post(songs_path(artist), {"title": title, "isrc": isrc})

    def find(query: str) -> list[str]:
        page = client.get(songs_path(artist), {"q": query}, headers=HTMX_HEADERS)
        return [song.title for song, _, _ in page.context["rows"]]

    assert find("salt") == ["100 % Salt_", "Salt Radio"]
    assert find(" ISRC pt-abc-26-00001 ") == ["Salt Radio"]
    assert [find("%"), find("t_"), find("\0"), find("nothing")] == [
        ["100 % Salt_"], ["100 % Salt_"], ["Night Bus", "100 % Salt_", "Salt Radio"], [],
    ]  # fmt: skip


def test_a_long_list_has_pages_and_costs_no_query_a_song(
    artist: Artist, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(song_views, "PAGE_SIZE", 3)
    for number in range(7):
        factories.create_recording(artist, f"Song {number}")
    client, path, titles = member_client(artist, "reviewer"), f"{songs_path(artist)}?q=song", []
    client.get(path)

    while path:
        with django_assert_max_num_queries(6):
            page = client.get(path)
        titles.append([song.title[-1] for song, _, _ in page.context["rows"]])
        path = page.context["older"] and songs_path(artist) + page.context["older"]

    assert titles == [["6", "5", "4"], ["3", "2", "1"], ["0"]]


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "1764114938000000-1"])
def test_an_invalid_cursor_shows_the_newest(artist: Artist, before: str) -> None:
    factories.create_recording(artist)

    page = member_client(artist, "reviewer").get(songs_path(artist), {"before": before})

    assert (page.status_code, len(page.context["rows"])) == (200, 1)
