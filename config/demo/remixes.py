"""Three songs with stems that fans may remix: code plays them, and they take the way that an artist's own songs take.
A program sends a remix of one by moment.

`work audio` checks the stems and `work renders` makes the corners, so this needs running workers. Each step looks what
is there already, so it goes on where an earlier run stopped.
"""

from decimal import Decimal
from io import BytesIO
from typing import Any

import msgspec
from django.utils import timezone

from accounts.models import Person
from ai.remix.source import SAMPLE_RATE, Source
from artists import programs
from artists.exceptions import InvalidRequest
from artists.models import Program, ProgramVersion, RemixEnvelope
from artists.remixes import corners, envelope_text, envelopes
from artists.stems import outlines, uploads
from catalog import audio_uploads, registration
from catalog.models import AudioUpload, Recording
from config.demo.artist_data import ARTISTS_BY_SLUG, MARA
from config.demo.fan_data import ANA
from config.demo.music.score import BEATS_PER_BAR, Song
from config.demo.music.songs import HRAUN, NIGHT_BUS, SALT_RADIO
from config.demo.setup import DemoWorld
from config.demo.synthesis import store_sound
from fans.models import RecordingEngagement, Render
from rights import claims, grants, parties
from rights.models import Use
from rights.shares import Role

SOLO = "hraundis"
"""She owns her song herself; those of Mara Veil belong to the label."""
SONGS = ((MARA, SALT_RADIO), (MARA, NIGHT_BUS), (SOLO, HRAUN))
PROGRAM_NAME = f"{SALT_RADIO.title}, remixed for you"
MORE_LISTENS = 2
"""Of Ana until her remix: one may be her hundredth of Mara, which another program answers."""
ARRIVED = (AudioUpload.State.WAITING, AudioUpload.State.CHECKED)


def permit_remixes(world: DemoWorld) -> None:
    """The soloist permits remixes of her song. Mara and the label did so before."""
    own_and_permit(world.artists[SOLO].recordings.get(title=HRAUN.title), world.principal(SOLO))


def own_and_permit(recording: Recording, principal: Person) -> None:
    """Let the artist own the recording, write the song, and permit remixes."""
    artist = recording.artist
    work = registration.add_work(recording, recording.title, by=principal.actor)
    own = parties.get_artist_party(artist)
    for claim in (
        claims.claim(own, Role.WRITER, by=principal, work=work),
        claims.claim(own, Role.RECORDING_OWNER, by=principal, recording=recording),
    ):
        claims.confirm(claim, by=principal, fresh=True)
    grants.switch_on(artist, Use.REMIX, by=principal, fresh=True)


def open_next() -> bool:
    """Do the next step for each of the songs that cannot be remixed yet. False once there is none.

    Raises InvalidRequest where the product refuses one of the songs.
    """
    waiting = []
    for slug, song in SONGS:
        recording = Recording.objects.select_related("artist").get(artist__slug=slug, title=song.title)
        principal = Person.objects.get(handle=ARTISTS_BY_SLUG[slug].principal)
        if not advance(recording, song, principal):
            waiting.append(song)
        elif song.title == SALT_RADIO.title:
            answer_by_moment(recording, principal)
    return bool(waiting)


def answer_by_moment(recording: Recording, principal: Person) -> None:
    """Let the artist send a remix of this song to whoever has played it a little more often than Ana now."""
    if recording.artist.programs.filter(kind=Program.Kind.REMIX).exists():
        return
    played = RecordingEngagement.objects.filter(person__handle=ANA, recording=recording).first()
    nth = (played.listens if played else 0) + MORE_LISTENS
    program = programs.create(recording.artist, name=PROGRAM_NAME, by=principal, kind=Program.Kind.REMIX)
    version = programs.edit(
        program, by=principal, moment=ProgramVersion.MomentKind.NTH_LISTEN, nth=nth, recording=recording
    )
    programs.sign(version, by=principal, fresh=True)


def advance(recording: Recording, song: Song, principal: Person) -> bool:
    """Do what comes next for one song. Returns whether fans can remix it."""
    if envelopes.find_current(recording):
        return True
    if newest := envelopes.find_newest(recording):
        return _hear_and_sign(newest, principal)
    files = outlines.list_files(recording.pk)
    if any(upload.state == AudioUpload.State.REFUSED for upload in files):
        raise InvalidRequest(f"A stem of {recording.title} was refused.")
    if not files or any(upload.state not in ARRIVED for upload in files):
        _bring_stems(recording, song, files, by=principal)
    elif all(upload.state == AudioUpload.State.CHECKED for upload in files):
        source = outlines.confirm(recording, describe(song), by=principal)
        envelopes.save(recording, _propose_limits(Source.parse(source.content)), by=principal)
    return False


def _bring_stems(recording: Recording, song: Song, unfinished: list[AudioUpload], *, by: Person) -> None:
    """Play the song, store the stems together as what people play, and send each in parts, as a browser does."""
    from config.demo.music.player import play  # it loads NumPy and SciPy, which other parts of the demo do without

    for upload in unfinished:
        uploads.remove(upload, by=by)
    stems = play(song)
    store_sound(recording, _encode_flac(sum(stems.values()), "PCM_16"), "flac", Decimal(song.seconds))
    encoded = {role: _encode_flac(samples, "PCM_24") for role, samples in stems.items()}
    announced = {
        role: uploads.announce(recording, f"{song.title} {role}.flac", len(content), by=by)
        for role, content in encoded.items()
    }
    for role, upload in announced.items():
        uploads.set_role(upload, role, by=by)
        for offset in range(0, len(encoded[role]), audio_uploads.MAX_PART):
            uploads.append(upload, offset, encoded[role][offset : offset + audio_uploads.MAX_PART], by=by)


def _encode_flac(samples: Any, subtype: str) -> bytes:
    import soundfile  # it loads NumPy too

    content = BytesIO()
    soundfile.write(content, samples, SAMPLE_RATE, subtype, format="FLAC")
    return content.getvalue()


def describe(song: Song) -> dict[str, Any]:
    """What the team types about the song."""
    rows = [
        {"name": section.name, "kind": section.kind, "first_bar": bar + 1} for bar, section in song.place_sections()
    ]
    return {
        "bpm_milli": song.bpm_milli,
        "beats_per_bar": BEATS_PER_BAR,
        "first_beat_frame": song.first_beat_frame,
        "key": song.key,
        "sections": rows,
        "last_bar": sum(section.bars for section in song.sections),
        "no_cut": [],
    }


def _propose_limits(source: Source) -> Any:
    """The proposed ones, a little wider, so that the desk has something to move."""
    proposed = envelope_text.propose(source, timezone.now().date())
    optional = {
        key: msgspec.structs.replace(bounds, required=bounds.required and key == "chorus", max_times=2)
        for key, bounds in proposed.sections.items()
    }
    return msgspec.structs.replace(
        proposed,
        tempo_percent=(80, 120),
        pitch_semitones=(-2, 2),
        sections=optional,
        begin_with=("chorus",),
        colours=("none", "warm", "radio", "echo"),
    )


def _hear_and_sign(envelope: RemixEnvelope, principal: Person) -> bool:
    """Note that the invented principal hears every corner, once it has a sound, and sign when all were heard."""
    for corner in envelope.corners.select_related("render"):
        if corner.render and corner.render.state == Render.State.READY:
            corners.note_opened(corner, by=principal)
            try:
                corners.note_heard(corner, by=principal)
            except InvalidRequest:  # it plays for 20 seconds
                continue
    if corners.count_unheard(envelope, by=principal):
        return False
    envelopes.sign(envelope, by=principal, fresh=True)
    return True
