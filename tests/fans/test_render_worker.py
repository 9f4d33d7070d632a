"""The worker that makes the sound of remixes, with real stems, and what becomes of a render that cannot be made."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db.models import F
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Person
from ai.provenance.label import Kind
from artists.models import RemixEnvelope
from catalog import audio
from catalog.models import Artist
from fans import provenance, render_worker, renders
from fans.desk import previews, state
from fans.desk.state import Desk
from fans.models import RemixOffer, Render
from rights import grants
from tests import factories
from tests.artists import remix_scene
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
def desk(artist: Artist, fan: Person, settings: Settings, tmp_path: Path, render_cache: Path) -> Desk:
    """A desk of a song whose stems can be heard."""
    settings.RENDER_CACHE = render_cache
    settings.PROVENANCE_PRACTICE, settings.PROVENANCE_FOLDER = True, tmp_path / "keys"
    scene = remix_scene.create_sounding_scene(artist, settings, tmp_path)
    scene.sign(scene.save())
    return state.open_desk(fan, RemixOffer.objects.select_related("artist", "recording", "source").get())


def work() -> None:
    while render_worker.render_next():
        pass


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
    heard = audio.local_path(renders.own_file_name(wanted.yours))
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


def test_stems_that_are_no_sound_fail_with_a_reason(
    artist: Artist, fan: Person, settings: Settings, tmp_path: Path
) -> None:
    settings.RENDER_CACHE = tmp_path / "renders"
    scene = remix_scene.create_scene(artist, settings, tmp_path)
    envelope: RemixEnvelope = scene.save()

    work()

    assert set(Render.objects.values_list("state", "problem")) == {("failed", "stem_broken")}
    assert envelope.corners.count() == Render.objects.count()


def test_without_keys_a_try_out_is_not_served_unmarked(desk: Desk, settings: Settings) -> None:
    settings.PROVENANCE_FOLDER = None
    state.surprise_me(desk)
    render = previews.want_preview(desk, desk.recipe.sections[0]).yours

    for _ in range(render_worker.MAX_ATTEMPTS):
        work()
        Render.objects.filter(state="rendering").update(due_at=F("created_at"))

    render.refresh_from_db()
    assert (render.state, render.problem) == ("failed", "not_marked")
    assert not audio.storage().exists(renders.own_file_name(render))


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


def test_try_outs_come_before_corners_and_are_deleted_after_an_hour(desk: Desk) -> None:
    envelope = RemixEnvelope.objects.get()
    state.surprise_me(desk)
    render = previews.want_preview(desk, desk.recipe.sections[0]).yours
    assert envelope.corners.exists()
    work()
    name = renders.own_file_name(render)
    assert audio.storage().exists(name)

    Render.objects.filter(kind=Kind.PREVIEW).update(expires_at=F("created_at"))
    work()

    assert not Render.objects.filter(kind=Kind.PREVIEW).exists()
    assert not audio.storage().exists(name)
