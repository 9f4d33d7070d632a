"""The page of a song's stems: what a machine heard, the sections on the waveform, the files, and the confirmation."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.requests import AuthenticatedHttpRequest
from ai.remix.source import SAMPLE_RATE
from artists.stems import outlines, waveform
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.forms.stems import KEYS, OutlineForms
from artists.studio.views.songs import get_song_or_404
from catalog import audio_uploads, sources
from catalog.models import AudioUpload, Recording, SourceOutline
from catalog.models.audio import StemRole
from fans.desk.words import format_length

GB = 1024**3


@team_member_required
def edit_stems(request: AuthenticatedHttpRequest, studio: Studio, song_id: int) -> HttpResponse:
    """GET: show the page. POST: save what was typed; with `do=confirm` confirm it, with `do=listen` listen anew."""
    recording = get_song_or_404(studio, song_id)
    if request.method != "POST":
        return render_stems(request, studio, recording)
    forms = OutlineForms.of_post(request.POST)
    problem, status = "", 422
    try:
        if request.POST.get("do") == "listen" or forms.is_valid():
            messages.success(request, _apply(request, recording, forms))
            return redirect(studio.url("studio-stems", song_id=recording.pk))
    except USER_ERRORS as error:
        problem, status = str(error), error_status(error)
    return render_stems(request, studio, recording, forms, problem=problem, status=status)


def _apply(request: AuthenticatedHttpRequest, recording: Recording, forms: OutlineForms) -> str:
    """Do what the button says, and return what to tell."""
    if request.POST.get("do") == "listen":
        outlines.listen_again(recording, by=request.user)
        return "A machine listens anew, and fills in what it hears in place of what was typed."
    if request.POST.get("do") == "confirm":
        source = outlines.confirm(recording, forms.typed(), by=request.user)
        return f"Confirmed, as version {source.version}. Remixes are made of this."
    outlines.save(recording, forms.typed(), by=request.user)
    return "Saved."


def render_files(request: AuthenticatedHttpRequest, studio: Studio, recording: Recording) -> HttpResponse:
    """The list of files, which an open page asks for again while some are being checked."""
    is_listening = SourceOutline.objects.filter(recording=recording, is_wanted=True).exists()
    context = {
        **_files_context(recording, outlines.list_files(recording.pk)),
        "is_listening": is_listening,
        "did_listen": "listening" in request.GET,
    }
    return studio.render(request, "studio/_stem_files.html", song=recording, **context)


def _files_context(recording: Recording, files: list[AudioUpload]) -> dict[str, Any]:
    problems = outlines.find_problems(files)
    rows = [_row(upload, problems.get(upload.pk)) for upload in files]
    return {
        "files": rows,
        "roles": StemRole.choices,
        "to_fix": sum(bool(row["problem"]) for row in rows),
        "are_waiting": any(upload.state == AudioUpload.State.WAITING for upload in files),
        "used_gb": f"{audio_uploads.used_bytes(recording.artist) / GB:.1f}",
        "quota_gb": audio_uploads.QUOTA // GB,
    }


def _row(upload: AudioUpload, problem: outlines.FileProblem | None) -> dict[str, Any]:
    """One file as the list shows it."""
    return {
        "upload": upload,
        "problem": problem,
        "percent": upload.received * 100 // upload.size,
        "length": format_length(upload.audio.frames // SAMPLE_RATE) if upload.audio else "",
        "is_clipped": upload.facts.get("clipped", 0) > 0,
    }


def render_stems(
    request: AuthenticatedHttpRequest,
    studio: Studio,
    recording: Recording,
    forms: OutlineForms | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page, with what was typed, else what was saved, else what a machine heard."""
    outline = outlines.find_outline(recording)
    files = outlines.list_files(recording.pk, with_peaks=True)
    usable = outlines.pick_usable(files)
    typed = outlines.get_typed(outline, usable)
    return studio.render(
        request,
        "studio/stems.html",
        status=status,
        section="songs",
        song=recording,
        forms=forms or OutlineForms.of_typed(typed),
        problem=problem,
        is_listening=outline.is_wanted,
        playable=usable,
        source=sources.current(recording),
        **_heard_context(typed, outline.heard),
        **_picture_context(typed, usable),
        **_files_context(recording, files),
    )


def _heard_context(typed: dict[str, Any], heard: dict[str, Any]) -> dict[str, Any]:
    """What a machine heard, and what it may have mistaken."""
    return {
        "heard": heard,
        "halves": _other_tempi(typed["bpm_milli"]) if heard else [],
        "keys": [(key, dict(KEYS).get(key, key)) for key in heard.get("keys", ())],
        "octave": _tempo(outlines.octave_off(typed["bpm_milli"], heard.get("bpm_milli"))),
    }


def _picture_context(typed: dict[str, Any], usable: list[AudioUpload]) -> dict[str, Any]:
    """The waveform in two widths, and where the click falls."""
    peaks = waveform.merge_peaks([bytes(upload.audio.peaks) for upload in usable if upload.audio])
    sizes = (("wave-wide", waveform.WIDE), ("wave-narrow", waveform.NARROW))
    return {
        "waves": [(name, waveform.draw(peaks, typed, size)) for name, size in sizes] if peaks else [],
        "beats": {
            "bpm": typed["bpm_milli"] / 1000,
            "first": typed["first_beat_frame"] / SAMPLE_RATE,
            "count": typed["beats_per_bar"],
        },
    }


def _other_tempi(bpm_milli: int) -> list[str]:
    """The half and the double, which a machine mistakes easily."""
    return [
        tempo for other in (bpm_milli // 2, bpm_milli * 2) if (tempo := _tempo(other)) and 40_000 <= other <= 240_000
    ]


def _tempo(bpm_milli: int | None) -> str:
    return f"{bpm_milli / 1000:.3f}".rstrip("0").rstrip(".") if bpm_milli else ""
