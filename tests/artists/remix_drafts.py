"""Remixes that wait for a decision, by rows: what the workers make, with files whose bytes nobody decodes."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Person
from ai.remix.recipe import Recipe, original
from ai.remix.source import Source
from artists import delivery, explanations, programs, review
from artists.models import Draft, ExperienceRequest, Moment, Program
from artists.remixes import hearing
from catalog import audio
from config.database import as_owner
from fans import remix_paper, renders
from fans.models import Experience, RemixOffer, Render, RenderFile
from fans.remix_paper import FileFacts, Paper
from rights import clearance
from rights.clearance_result import Clearance
from rights.models import Use
from tests import factories
from tests.artists.remix_scene import Scene

SLOWER = {"tempo_percent": 90, "room": "hall"}
FILES = {"master": (b"fLaC", "audio/flac"), "stream": (b"ID3", "audio/mpeg")}


def create_program(scene: Scene) -> Program:
    """Remixes at the third listen of the song. Its limits are in force."""
    program = programs.create(scene.recording.artist, name="Remixes", by=scene.principal, kind=Program.Kind.REMIX)
    return sign_version(program, scene, nth=3)


def sign_version(program: Program, scene: Scene, *, nth: int) -> Program:
    """The program answers this listen of the song."""
    version = programs.edit(program, by=scene.principal, moment="nth_listen", nth=nth, recording=scene.recording)
    programs.sign(version, by=scene.principal, fresh=True)
    return Program.objects.select_related("current__recording", "artist").get(pk=program.pk)


@transaction.atomic  # a worker that runs beside it sees the moment once it has its draft
def write_remix(
    scene: Scene,
    fan: Person | None = None,
    *,
    maker: str = "desk",
    frames: int = 1,
    sound: Path | None = None,
    **changes: Any,
) -> Draft:
    """A draft that waits. It lasts no second unless told, so that whoever opened it has heard all of it.

    `sound` is a file that its files have the bytes of.
    """
    of_song = Program.objects.filter(kind="remix", current__recording=scene.recording)
    program = of_song.first() or create_program(scene)
    program = Program.objects.select_related("current__recording", "artist").get(pk=program.pk)
    moment = factories.create_moment(program, fan)
    source = Source.parse(scene.source.content)
    recipe = msgspec.structs.replace(original(source), **(changes or SLOWER))
    cleared = clearance.clear(Use.REMIX, program.artist, [scene.recording], territory=moment.person.country)
    assert isinstance(cleared, Clearance)
    render = renders.want_whole(
        scene.source, recipe, cleared, person=moment.person, choice="hand" if maker == "desk" else maker
    )
    renders.want_original(scene.source, cleared)
    files = _store_files(render, sound)
    _make_ready(render, files, frames)
    Moment.objects.filter(pk=moment.pk).update(render=render, state=Moment.State.DRAFTED)
    return _write_draft(moment, render, files, maker, frames, cleared)


@transaction.atomic
def make_sound(render: Render) -> None:
    """A wanted remix is ready, with files that nobody decodes."""
    _make_ready(render, _store_files(render, None), 1)


def approve_asked(request: ExperienceRequest) -> None:
    """The sound that is wanted is made, by rows, and the artist in person hears and approves the remix."""
    related = ("person", "program__artist", "version", "recording", "render__source", "render__recording")
    moment = Moment.objects.select_related(*related).get(request=request)
    render = moment.render
    assert render
    artist = moment.program.artist
    cleared = clearance.clear(Use.REMIX, artist, [render.recording], territory=moment.person.country)
    assert isinstance(cleared, Clearance)
    with transaction.atomic():
        files = _store_files(render, None)
        _make_ready(render, files, 1)
        Moment.objects.filter(pk=moment.pk).update(state=Moment.State.DRAFTED)
        draft = _write_draft(moment, render, files, "desk", 1, cleared)
    principal = factories.get_member(artist, "principal")
    hearing.note_opened(draft, by=principal)
    review.approve(draft.pk, by=principal)


def make_original(scene: Scene, sound: Path) -> None:
    """The original is there too."""
    wanted = Render.objects.get(kind="original", recording=scene.recording)
    audio.replace(sound, renders.file_name(wanted.cache_key))
    Render.objects.filter(pk=wanted.pk).update(
        state="ready", frames=1, sha256="a" * 64, peaks=bytes(100), done_at=Now()
    )


def _store_files(render: Render, sound: Path | None) -> dict[str, FileFacts]:
    facts = {}
    for name, (start, media_type) in FILES.items():
        content = sound.read_bytes() if sound else start + f" of render {render.pk}".encode() * 100
        storage_name = renders.fan_file_name(render, name)
        path = Path(audio.storage().path(storage_name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        facts[name] = FileFacts(hashlib.sha256(content).hexdigest(), len(content), media_type)
    return facts


def _make_ready(render: Render, files: dict[str, FileFacts], frames: int) -> None:
    peaks = bytes(range(1, 251)) * 3
    Render.objects.filter(pk=render.pk).update(
        state="ready", frames=frames, sha256="b" * 64, peaks=peaks, done_at=Now()
    )
    RenderFile.objects.bulk_create(
        RenderFile(render=render, name=name, sha256=one.sha256, bytes=one.bytes, media_type=one.media_type)
        for name, one in files.items()
    )


def _write_draft(
    moment: Moment, render: Render, files: dict[str, FileFacts], maker: str, frames: int, cleared: Clearance
) -> Draft:
    offer = RemixOffer.objects.open().get(recording=render.recording_id)
    source = Source.parse(render.source.content)
    paper = Paper(
        recipe=Recipe.parse(render.recipe),
        envelope=offer.envelope,
        version=offer.version,
        envelope_hash=offer.envelope_hash,
        stems={stem.id: stem.sha256 for stem in source.stems},
        engine="test",
        render=render.pk,
        sound="b" * 64,
        frames=frames,
        files=files,
    )
    text = remix_paper.write(paper)
    draft = Draft.objects.create(
        moment=moment,
        version=moment.version,
        person=moment.person,
        artist=moment.program.artist,
        use=Use.REMIX,
        clearance_id=cleared.id,
        text=text,
        original_text=text,
        maker=maker,
        facts=[],
        why=explanations.list_reasons(moment),
        deadline=Now() + timedelta(days=2),
    )
    return review.get_draft(draft.pk, by=factories.get_member(draft.artist, "principal"))


def hear(draft: Draft, by: Person, seconds: int, *, ago: int = 3600) -> None:
    """This person opened the file some time ago, and has heard so many seconds of it. Outside a transaction."""
    with as_owner(), connection.cursor() as cursor:  # who alone can store a time other than the clock's
        cursor.execute(
            "INSERT INTO artists_drafthearing (draft_id, revision, by, opened_at) VALUES (%s, %s, %s, %s)",
            [draft.pk, draft.revision, by.actor, timezone.now() - timedelta(seconds=ago)],
        )
    hearing.note_heard(draft, seconds, by=by)


def approve(draft: Draft) -> None:
    """The artist in person opens and approves it."""
    principal = factories.get_member(draft.artist, "principal")
    hearing.note_opened(draft, by=principal)
    review.approve(draft.pk, by=principal)


def deliver(draft: Draft) -> Experience:
    """The artist in person opens and approves it, and it is delivered. Without a time to undo."""
    approve(draft)
    assert delivery.deliver_next()
    return Experience.objects.select_related("person", "artist", "decision__under").get(draft=draft.pk)
