"""What a team typed about a song's tempo, beats, key and sections, beside what a machine heard, until it confirms."""

from collections import Counter
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import Person
from ai.audio.exceptions import SENTENCES
from ai.remix.canonical import InvalidValue
from ai.remix.source import SAMPLE_RATE, NoCut, Section, Source, Stem
from artists.exceptions import InvalidRequest
from artists.stems import uploads
from catalog import audio_uploads, sources
from catalog.exceptions import SourceRefused
from catalog.models import AudioFile, AudioUpload, Recording, RecordingSource, SourceOutline
from worker.wake import notify

OCTAVE_LEEWAY = 0.03
UNREAD = {
    **SENTENCES,
    "failed": "Reading this file failed again and again.",
    "incomplete": "A part of this file is missing.",
}
"""Why a file was refused, by `AudioUpload.problem`."""


@dataclass(frozen=True)
class FileProblem:
    """Why a file was refused or cannot stand beside the others; `how_to_mend` says what to do."""

    problem: str
    how_to_mend: str


def list_files(recording_id: int, *, with_peaks: bool = False) -> list[AudioUpload]:
    """All files of a recording, in the order in which they came. The peaks are large, and read only on demand."""
    files = AudioUpload.objects.filter(recording=recording_id).select_related("audio").order_by("pk")
    return list(files if with_peaks else files.defer("audio__peaks"))


def pick_usable(files: list[AudioUpload]) -> list[AudioUpload]:
    """The checked files that have the length of most of them."""
    checked = _pick_checked(files)
    usual = _usual_frames(checked)
    return [upload for upload in checked if _file(upload).frames == usual]


def find_problems(files: list[AudioUpload]) -> dict[int, FileProblem]:
    """What is wrong with each of the files, by itself or beside the others, by the upload's id."""
    problems = {
        upload.pk: FileProblem(
            UNREAD.get(upload.problem, "This file cannot be read."),
            "Export it again and put it here anew. The others are fine.",
        )
        for upload in files
        if upload.state == AudioUpload.State.REFUSED
    }
    checked, seen = _pick_checked(files), set()
    usual = _usual_frames(checked)
    for upload in checked:
        away = (_file(upload).frames - usual) / SAMPLE_RATE
        if upload.audio_id in seen:
            problems[upload.pk] = FileProblem("This file is here twice.", "Remove one of the two.")
        elif away:
            length = f"{abs(away):.1f} s" if abs(away) >= 0.1 else f"{abs(round(away * SAMPLE_RATE))} samples"
            problems[upload.pk] = FileProblem(
                f"This one is {length} {'longer' if away > 0 else 'shorter'} than the rest.",
                "Parts must begin and end together. Export it from bar 1 to the end of the song.",
            )
        elif upload.role == "master" and len(checked) > 1:
            problems[upload.pk] = FileProblem(
                "This is the whole song, beside its parts.", "Remove it, or remove the parts."
            )
        elif not upload.role:
            problems[upload.pk] = FileProblem("Nobody said what one hears in it.", "Choose it from the list.")
        seen.add(upload.audio_id)
    return problems


def find_outline(recording: Recording) -> SourceOutline:
    """What is stored about a recording, or an empty outline."""
    return SourceOutline.objects.filter(recording=recording).first() or SourceOutline(recording=recording)


def get_typed(outline: SourceOutline, usable: list[AudioUpload]) -> dict[str, Any]:
    """What was typed, or else what a machine heard in the files that can be used, as somebody would have typed it."""
    return outline.typed or from_heard(outline.heard, _file(usable[0]).frames if usable else 0)


def want(recording_id: int) -> None:
    """Let a machine listen to the song once its last file is checked, unless it heard the good ones before."""
    with transaction.atomic():
        SourceOutline.objects.get_or_create(recording_id=recording_id)
        # Two processes that check the last two files come one after the other, so that the second sees both.
        outline = SourceOutline.objects.select_for_update(no_key=True).get(pk=recording_id)
        files = list_files(recording_id)
        if any(upload.state == AudioUpload.State.WAITING for upload in files):
            return
        usable = pick_usable(files)
        if usable and outline.heard_of != audio_uploads.digest(usable):
            SourceOutline.objects.filter(pk=recording_id).update(is_wanted=True, attempts=0)
            notify(uploads.CHANNEL)


def save(recording: Recording, typed: dict[str, Any], *, by: Person) -> None:
    """Keep what was typed, whole or not. Raises NotAllowed."""
    uploads.require_editor(recording.artist, by)
    SourceOutline.objects.update_or_create(recording=recording, defaults={"typed": typed, "saved_at": Now()})


def listen_again(recording: Recording, *, by: Person) -> None:
    """Forget what was typed, and let a machine listen to the files that are here. Raises NotAllowed."""
    uploads.require_editor(recording.artist, by)
    wanted = {"typed": {}, "is_wanted": True, "attempts": 0}
    with transaction.atomic():
        SourceOutline.objects.update_or_create(recording=recording, defaults=wanted)
        notify(uploads.CHANNEL)


def confirm(recording: Recording, typed: dict[str, Any], *, by: Person) -> RecordingSource:
    """Save what was typed and make it what remixes are rendered from. Raises NotAllowed and InvalidRequest."""
    save(recording, typed, by=by)
    files = list_files(recording.pk)
    problems = find_problems(files)
    unfinished = [upload for upload in files if upload.state != AudioUpload.State.CHECKED]
    if problems or unfinished or not files:
        raise InvalidRequest("Some files are missing, on their way or to be fixed. Look at the list of files.")
    source = build_source(typed, files)
    stems = {stem.id: (stem.role, stem.sha256) for stem in source.stems}
    try:
        return sources.confirm(recording, source.to_json(), stems, by=by.actor)
    except SourceRefused as error:
        raise InvalidRequest(str(error)) from error


def build_source(typed: dict[str, Any], files: list[AudioUpload]) -> Source:
    """What was typed about these files as a source. Raises InvalidRequest, whose message says what to change."""
    rows, last_bar = typed["sections"], typed["last_bar"]
    if not rows:
        raise InvalidRequest("Say where at least one section begins.")
    ends = [*(row["first_bar"] for row in rows[1:]), last_bar + 1]
    if any(end <= row["first_bar"] for row, end in zip(rows, ends, strict=True)):
        raise InvalidRequest("Two sections begin at the same bar, or the last one begins after the end of the song.")
    ids = _unique_ids([row["kind"] for row in rows])
    try:
        source = Source(
            sample_rate=44_100,
            frames=_file(files[0]).frames,
            bpm_milli=typed["bpm_milli"],
            beats_per_bar=typed["beats_per_bar"],
            first_beat_frame=typed["first_beat_frame"],
            key=typed["key"],
            stems=tuple(_stems(files)),
            sections=tuple(
                Section(one, row["name"], row["kind"], row["first_bar"] - 1, end - row["first_bar"])
                for one, row, end in zip(ids, rows, ends, strict=True)
            ),
            no_cut=tuple(
                NoCut(cut["first_bar"] - 1, cut["last_bar"] - cut["first_bar"] + 1) for cut in typed["no_cut"]
            ),
        )
        return Source.parse(source.to_json())
    except (ValueError, InvalidValue) as error:
        raise InvalidRequest(_explain(typed, files, str(error))) from error


def count_bars(typed: dict[str, Any], frames: int) -> int:
    """How many whole bars there are from the first beat to the end of the files."""
    bar = typed["beats_per_bar"] * 60 * 1000 * SAMPLE_RATE
    bars: int = (frames - typed["first_beat_frame"] + 1) * typed["bpm_milli"] // bar
    return max(bars, 0)


def octave_off(bpm_milli: int, heard_bpm_milli: int | None) -> int | None:
    """The tempo that was heard, where what was typed is its half or its double; otherwise None."""
    if not heard_bpm_milli:
        return None
    ratio = bpm_milli / heard_bpm_milli
    is_off = any(abs(ratio / octave - 1) < OCTAVE_LEEWAY for octave in (0.5, 2))
    return heard_bpm_milli if is_off else None


def name_kind(kind: str) -> str:
    """What a kind of section is called: "Pre chorus"."""
    return kind.replace("-", " ").capitalize()


def order_typed(typed: dict[str, Any]) -> dict[str, Any]:
    """Put what was typed in the order of its bars. A section without a name is called after its kind."""
    sections = [{**row, "name": row.get("name") or name_kind(row["kind"])} for row in typed["sections"]]
    return {
        **typed,
        "sections": sorted(sections, key=itemgetter("first_bar")),
        "no_cut": sorted((dict(cut) for cut in typed["no_cut"]), key=itemgetter("first_bar")),
    }


def from_heard(heard: dict[str, Any], frames: int) -> dict[str, Any]:
    """What the machine heard, as somebody would have typed it."""
    names = Counter[str]()
    rows = []
    for section in heard.get("sections", ()):
        names[section["kind"]] += 1
        name = name_kind(section["kind"])
        count = names[section["kind"]]
        rows.append(
            {
                "name": name if count == 1 else f"{name} {count}",
                "kind": section["kind"],
                "first_bar": section["first_bar"] + 1,
                "sure": section["sure"],
            }
        )
    typed = {
        "bpm_milli": heard.get("bpm_milli", 120_000),
        "beats_per_bar": 4,
        "first_beat_frame": heard.get("first_beat_frame", 0),
        "key": heard.get("keys", ["c-major"])[0],
        "sections": rows or [{"name": "All of it", "kind": "other", "first_bar": 1, "sure": 0}],
        "no_cut": [],
    }
    return {**typed, "last_bar": max(count_bars(typed, frames), 1)}


def _explain(typed: dict[str, Any], files: list[AudioUpload], reason: str) -> str:
    bars = count_bars(typed, _file(files[0]).frames)
    if typed["last_bar"] > bars:
        return f"At this tempo the files have {bars} whole bars after the first beat. Change the last bar or the tempo."
    return f"This does not fit together: {reason}."


def _stems(files: list[AudioUpload]) -> list[Stem]:
    ids = _unique_ids([upload.role for upload in files])
    return [Stem(one, upload.role, str(upload.audio_id)) for one, upload in zip(ids, files, strict=True)]  # type: ignore[arg-type]


def _unique_ids(words: list[str]) -> list[str]:
    """`verse`, `chorus`, `verse-2`: each word with a number from its second time on."""
    seen = Counter[str]()
    ids = []
    for word in words:
        seen[word] += 1
        ids.append(word if seen[word] == 1 else f"{word}-{seen[word]}")
    return ids


def _pick_checked(files: list[AudioUpload]) -> list[AudioUpload]:
    return [upload for upload in files if upload.state == AudioUpload.State.CHECKED]


def _usual_frames(checked: list[AudioUpload]) -> int:
    """The length that most files have; of equally many, the first that came."""
    counted = Counter(_file(upload).frames for upload in checked)
    return counted.most_common(1)[0][0] if counted else 0


def _file(upload: AudioUpload) -> AudioFile:
    if upload.audio is None:
        raise ValueError(f"{upload} is not checked")
    return upload.audio
