"""From the desk to the fan: asked for, rendered, heard by the artist, delivered, played and identified."""

import hashlib
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from artists import review
from artists.models import ExperienceRequest
from catalog import audio
from catalog.models import Artist
from fans import remix_paper, render_worker, renders
from fans.models import Experience
from fans.remixes import find_remix
from tests import factories
from tests.artists import remix_request_scene, requests_scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_undo_time")]


def test_a_fan_hears_exactly_the_file_that_the_artist_could_hear(
    artist: Artist, settings: Settings, tmp_path: Path
) -> None:
    settings.RENDER_CACHE = tmp_path / "renders"
    asking = remix_request_scene.create(artist, settings, tmp_path)
    request = asking.ask(tempo_percent=95, room="hall")
    draft = asking.draft()
    while render_worker.render_next():  # the original, for who compares
        pass
    principal = factories.signed_in_client(asking.song.principal)
    item = f"/studio/{artist.slug}/review/{draft.pk}"

    assert "120 → 114" in principal.get(item).content.decode()
    heard = principal.get(f"{item}/sound/stream").content
    assert principal.get(f"{item}/sound/original").status_code == 200
    review.approve(draft.pk, by=asking.song.principal)
    requests_scene.work()

    experience = Experience.objects.get(person=asking.fan)
    paper = remix_paper.read(experience.text or "")
    played = factories.signed_in_client(asking.fan).get(f"/experiences/{experience.pk}/sound/stream")
    assert ExperienceRequest.objects.get(pk=request.pk).state == "delivered"
    assert hashlib.sha256(heard).hexdigest() == paper.files["stream"].sha256
    assert played["ETag"] == f'"{paper.files["stream"].sha256}"'
    receipt = Client().get(f"/r/{experience.receipt_key}.json").json()
    assert (receipt["mark"], receipt["remix"]["heard"]["words"][:14]) == ("bounds", "heard 0:00 of ")

    remix, said = find_remix(experience.maker, experience.text), StringIO()
    assert remix
    file = audio.local_path(renders.fan_file_name(remix.render, "stream"))
    call_command("identify", str(file), stdout=said)
    assert f"Known by its manifest: render {remix.render.pk}." in said.getvalue()
    assert f"/r/{experience.receipt_key}" in said.getvalue()
    render_worker._get_process().close()
    render_worker._get_process.cache_clear()
