"""The worker that makes the sound of remixes, with real stems, and what becomes of a render that cannot be made."""

import errno
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db.models import F
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Person
from ai.provenance import fingerprint
from ai.provenance.label import Kind
from artists.models import RemixEnvelope
from catalog import audio
from catalog.models import Artist
from fans import provenance, render_worker, renders
from fans.desk import previews, state
from fans.desk.state import Desk
from fans.models import RemixOffer, Render, RenderFile
from live.models import Notice
from rights import clearance, grants
from rights.clearance_result import Clearance
from tests import factories
from tests.artists import remix_scene
from tests.catalog import audio as files
from tests.fans.pages import HTMX, signed_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def fan() -> Person:
    return factories.create_fan()


@pytest.fixture(scope="module")
def render_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Compiled code is kept for the tests of this module; the process that renders ends with them."""
    yield tmp_path_factory.mktemp("renders")
    render_worker._get_process().close()
    render_worker._get_process.cache_clear()


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


@pytest.fixture(scope="module")
def sounding_song(module_artist: Artist, audio_folder: Path) -> None:
    """A song whose stems can be heard."""
    with files.keep_in(audio_folder):
        scene = remix_scene.create_sounding_scene_in(module_artist, audio_folder)
        scene.sign(scene.save())


@pytest.fixture
def desk(
    sounding_song: None, fan: Person, audio_folder: Path, settings: Settings, tmp_path: Path, render_cache: Path
) -> Desk:
    settings.RENDER_CACHE = render_cache
    settings.PROVENANCE_PRACTICE, settings.PROVENANCE_FOLDER = True, tmp_path / "keys"
    files.use_copy(audio_folder, settings, tmp_path)
    return state.open_desk(fan, RemixOffer.objects.select_related("artist", "recording", "source").get())


def work() -> None:
    while render_worker.render_next():
        pass


def told_to(fan: Person) -> list[tuple[str, str]]:
    return list(Notice.objects.filter(person=fan).order_by("sequence").values_list("kind", "reference"))


def test_whoever_waits_is_told_how_far_it_is_and_that_it_is_there(
    desk: Desk, fan: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render_worker, "TOLD_EVERY", 0)
    seen: list[int] = []
    tell = render_worker._tell
    monkeypatch.setattr(
        render_worker, "_tell", lambda one: (seen.append(Render.objects.get(pk=one.pk).percent), tell(one))
    )
    state.surprise_me(desk)
    awaited, quiet = want_whole(desk, is_awaited=True), want_whole(desk)

    work()

    states = Render.objects.in_bulk([awaited.pk, quiet.pk])
    assert {one.state for one in states.values()} == {"ready"}
    news = [kind for kind, reference in told_to(fan) if reference == str(awaited)]
    assert len(news) > 2
    assert set(told_to(fan)) == {("render.changed", str(awaited))}
    assert seen[: len(news) - 1] == sorted(seen[: len(news) - 1])
    assert max(seen) > 50


def test_a_try_out_is_made_marked_and_served_to_its_fan(desk: Desk, fan: Person) -> None:
    state.surprise_me(desk)
    wanted = previews.want_preview(desk, desk.recipe.sections[0])
    client = signed_in_client(fan)
    sound = reverse("remix-preview-sound", args=[wanted.yours.pk])
    assert "Making" in client.get(reverse("remix-preview", args=[wanted.yours.pk]), headers=HTMX).content.decode()

    work()

    wanted.yours.refresh_from_db()
    assert wanted.yours.state == "ready", wanted.yours.problem
    assert abs((wanted.yours.lufs_x100 or 0) + 1400) < 300
    assert sound in client.get(reverse("remix-preview", args=[wanted.yours.pk]), headers=HTMX).content.decode()
    answer = client.get(sound)
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200, "audio/mpeg", "private, no-store"
    )  # fmt: skip
    heard = audio.local_path(renders.fan_file_name(wanted.yours, "stream"))
    assert answer.getvalue() == heard.read_bytes()
    found = provenance.identify_file(heard)
    assert (found.render_id, found.by) == (wanted.yours.pk, "manifest")
    assert client.get(sound, headers={"Range": "bytes=0-99"}).status_code == 206


def test_the_recording_is_rendered_once_for_all_fans(desk: Desk, artist: Artist) -> None:
    state.surprise_me(desk)
    previews.want_preview(desk, desk.recipe.sections[0])
    other = state.open_desk(factories.create_fan("Ben"), desk.offer)
    state.change(other, desk.recipe)
    work()

    again = previews.want_preview(other, other.recipe.sections[0])
    made = Render.objects.filter(state="ready").values_list("cache_key", flat=True)
    assert {again.yours.cache_key} <= set(made)
    work()

    again.yours.refresh_from_db()
    assert again.yours.state == "ready"


def test_a_yes_that_ends_stops_what_waits_and_what_was_made(desk: Desk, fan: Person, artist: Artist) -> None:
    state.surprise_me(desk)
    made = previews.want_preview(desk, desk.recipe.sections[0]).yours
    work()
    state.surprise_me(desk)
    waiting = previews.want_preview(desk, desk.recipe.sections[0]).yours
    client = signed_in_client(fan)
    sound = reverse("remix-preview-sound", args=[made.pk])
    assert client.get(sound).status_code == 200

    grants.switch_off(artist, "remix", by=factories.get_member(artist, "principal"))
    work()

    waiting.refresh_from_db()
    assert (waiting.state, waiting.problem) == ("failed", "clearance")
    assert client.get(sound).status_code == 404


def test_stems_that_are_no_sound_fail_with_a_reason(settings: Settings, tmp_path: Path) -> None:
    settings.RENDER_CACHE = tmp_path / "renders"
    artist = factories.create_artist("Ove Lind")
    scene = remix_scene.create_scene(artist, settings, tmp_path)
    envelope: RemixEnvelope = scene.save()

    work()

    made = Render.objects.filter(artist=artist)
    assert set(made.values_list("state", "problem")) == {("failed", "stem_broken")}
    assert envelope.corners.count() == made.count()


def test_without_keys_a_try_out_is_not_served_unmarked(desk: Desk, settings: Settings) -> None:
    settings.PROVENANCE_FOLDER = None
    state.surprise_me(desk)
    render = previews.want_preview(desk, desk.recipe.sections[0]).yours

    for _ in range(render_worker.MAX_ATTEMPTS):
        work()
        Render.objects.filter(state="rendering").update(due_at=F("created_at"))

    render.refresh_from_db()
    assert (render.state, render.problem) == ("failed", "not_marked")
    assert not audio.storage().exists(renders.fan_file_name(render, "stream"))


def test_a_worker_that_died_loses_nothing_and_tries_three_times_at_most(desk: Desk) -> None:
    state.surprise_me(desk)
    render = previews.want_preview(desk, desk.recipe.sections[0]).yours
    for attempt in range(1, 4):
        claimed = render_worker._claim()
        assert claimed
        assert (claimed.pk, claimed.attempts) == (render.pk, attempt)
        Render.objects.filter(pk=render.pk).update(due_at=F("created_at"))
        Render.objects.exclude(pk=render.pk).filter(state="wanted").update(state="replaced")

    assert render_worker._claim() is None
    render.refresh_from_db()
    assert (render.state, render.problem) == ("failed", "died")


def want_whole(desk: Desk, *, is_awaited: bool = False) -> Render:
    cleared = clearance.clear("remix", desk.offer.artist, [desk.offer.recording], territory=desk.row.person.country)
    assert isinstance(cleared, Clearance)
    return renders.want_whole(
        desk.offer.source,
        desk.recipe,
        cleared,
        person=desk.row.person,
        choice=desk.row.choice,
        is_awaited=is_awaited,
    )


def test_a_whole_remix_has_both_files_of_its_fan_and_says_so_in_them(desk: Desk) -> None:
    state.surprise_me(desk)
    render, other = want_whole(desk), want_whole(desk)
    work()

    files = {file.name: file for file in render.files.all()}
    assert files.keys() == {"master", "stream"}
    for name, file in files.items():
        stored = audio.local_path(renders.fan_file_name(render, name))
        assert (hashlib.sha256(stored.read_bytes()).hexdigest(), stored.stat().st_size) == (file.sha256, file.bytes)
        found = provenance.identify_file(stored)
        assert (found.render_id, found.by) == (render.pk, "manifest")
    assert {file.media_type for file in files.values()} == {"audio/flac", "audio/mpeg"}
    render.refresh_from_db()
    other.refresh_from_db()
    assert (render.sha256, render.expires_at) == (other.sha256, None)
    assert (render.fingerprint is not None) == fingerprint.is_available()
    assert render.fingerprint == other.fingerprint
    assert {file.sha256 for file in other.files.all()}.isdisjoint(file.sha256 for file in files.values())


def test_what_a_dead_worker_had_stored_is_replaced_by_the_next_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two signatures of the same file differ, and only one is written down."""
    render = want_whole(desk)
    with monkeypatch.context() as patched:
        patched.setattr(RenderFile.objects, "bulk_create", lambda rows: sys.exit("killed before its commit"))
        with pytest.raises(SystemExit):
            work()
    assert audio.storage().exists(renders.fan_file_name(render, "master"))
    assert not render.files.exists()
    Render.objects.filter(pk=render.pk).update(due_at=F("created_at"))

    work()

    for file in render.files.all():
        stored = audio.local_path(renders.fan_file_name(render, file.name))
        assert hashlib.sha256(stored.read_bytes()).hexdigest() == file.sha256
    render.refresh_from_db()
    assert (render.state, render.attempts) == ("ready", 2)


def test_a_worker_that_comes_too_late_stores_nothing(desk: Desk, tmp_path: Path) -> None:
    render = want_whole(desk)
    claimed = render_worker._claim()
    assert claimed
    Render.objects.filter(pk=render.pk).update(due_at=F("created_at"))
    work()
    kept = set(render.files.values_list("name", "sha256"))

    render_worker._finish(claimed, {}, render_worker._mark(claimed, tmp_path))

    assert set(render.files.values_list("name", "sha256")) == kept
    for name, sha256 in kept:
        stored = audio.local_path(renders.fan_file_name(render, name))
        assert hashlib.sha256(stored.read_bytes()).hexdigest() == sha256


def test_a_full_disk_is_told_after_three_attempts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, name: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(audio, "replace", refuse)
    render = want_whole(desk)
    for _ in range(render_worker.MAX_ATTEMPTS):
        work()
        Render.objects.filter(state="rendering").update(due_at=F("created_at"))

    render.refresh_from_db()
    assert (render.state, render.problem, render.files.count()) == ("failed", "not_stored", 0)


def test_try_outs_come_before_corners_and_are_deleted_after_an_hour(desk: Desk) -> None:
    envelope = RemixEnvelope.objects.get()
    state.surprise_me(desk)
    render = previews.want_preview(desk, desk.recipe.sections[0]).yours
    assert envelope.corners.exists()
    work()
    name = renders.fan_file_name(render, "stream")
    assert audio.storage().exists(name)

    Render.objects.filter(kind=Kind.PREVIEW).update(expires_at=F("created_at"))
    work()

    assert not Render.objects.filter(kind=Kind.PREVIEW).exists()
    assert not audio.storage().exists(name)
