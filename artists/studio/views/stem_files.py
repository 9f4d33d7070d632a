"""Receive files of stems in parts, by the protocol tus 1.0 (core, creation, checksum, termination), and play them."""

import base64
import binascii
import hashlib

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import AuthenticatedHttpRequest
from artists.stems import uploads
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.views.songs import get_song_or_404
from artists.studio.views.stems import render_files, render_stems
from catalog import audio
from catalog.exceptions import UploadRefused, WrongOffset
from catalog.models import AudioUpload
from web.parsers import parse_integer
from web.ranges import file_response

TUS = {"Tus-Resumable": "1.0.0"}
PART_TYPE = "application/offset+octet-stream"
CHECKSUM_MISMATCH = 460
FAILURES = (*USER_ERRORS, UploadRefused)


@require_http_methods(["GET", "HEAD", "POST"])
@team_member_required
def list_or_announce(request: AuthenticatedHttpRequest, studio: Studio, song_id: int) -> HttpResponse:
    """GET: the list of files. POST: announce a file by Upload-Length and Upload-Metadata; Location is its address."""
    recording = get_song_or_404(studio, song_id)
    if request.method != "POST":
        return render_files(request, studio, recording)
    size = parse_integer(request.headers.get("Upload-Length"))
    name = _file_name(request.headers.get("Upload-Metadata", ""))
    if size is None or name is None:
        return _refusal("Upload-Length and the file name in Upload-Metadata are missing.", 400)
    try:
        upload = uploads.announce(recording, name, size, by=request.user)
    except FAILURES as error:
        return _refusal(str(error), _status(error, 413))
    address = studio.url("studio-stem-file", song_id=song_id, upload_id=upload.pk)
    return HttpResponse(status=201, headers={**TUS, "Location": address, "Upload-Offset": "0"})


@require_http_methods(["HEAD", "PATCH", "DELETE", "POST"])
@team_member_required
def change_file(request: AuthenticatedHttpRequest, studio: Studio, song_id: int, upload_id: int) -> HttpResponse:
    """HEAD: how much is here. PATCH: the next part. DELETE: remove it. POST: a form that sets `role` or removes it."""
    get_song_or_404(studio, song_id)
    files = AudioUpload.objects.select_related("recording__artist")
    upload = get_object_or_404(files, pk=upload_id, recording=song_id)
    if request.method == "HEAD":
        return HttpResponse(headers=_offset_headers(upload))
    if request.method == "PATCH":
        return _take_part(request, upload)
    if request.method == "POST":
        return _apply_form(request, studio, upload)
    try:
        uploads.remove(upload, by=request.user)
    except FAILURES as error:
        return _refusal(str(error), _status(error, 422))
    return HttpResponse(status=204, headers=TUS)


@require_safe
@team_member_required
def play_file(request: AuthenticatedHttpRequest, studio: Studio, song_id: int, upload_id: int) -> HttpResponseBase:
    """The file as it was encoded here, for the team alone; who asks for the next range is asked again."""
    recording = get_song_or_404(studio, song_id)
    upload = get_object_or_404(AudioUpload, pk=upload_id, recording=recording, state=AudioUpload.State.CHECKED)
    key = str(upload.audio_id)
    try:
        path = audio.local_path(audio.file_name(key))
    except FileNotFoundError as missing:
        raise Http404 from missing
    return file_response(request, path, etag=key, content_type="audio/flac")


def _take_part(request: AuthenticatedHttpRequest, upload: AudioUpload) -> HttpResponse:
    offset = parse_integer(request.headers.get("Upload-Offset"))
    if request.content_type != PART_TYPE or offset is None:
        return _refusal(f"Send {PART_TYPE} with Upload-Offset.", 415)
    content = request.body
    if not _has_checksum(request.headers.get("Upload-Checksum", ""), content):
        return _refusal("The part arrived damaged. Send it again.", CHECKSUM_MISMATCH)
    try:
        upload = uploads.append(upload, offset, content, by=request.user)
    except WrongOffset as error:
        return _refusal(str(error), 409, **{"Upload-Offset": str(error.offset)})
    except FAILURES as error:
        return _refusal(str(error), _status(error, 422))
    return HttpResponse(status=204, headers=_offset_headers(upload))


def _apply_form(request: AuthenticatedHttpRequest, studio: Studio, upload: AudioUpload) -> HttpResponse:
    try:
        if request.POST.get("do") == "remove":
            uploads.remove(upload, by=request.user)
            messages.success(request, f"“{upload.file_name}” is removed.")
        else:
            uploads.set_role(upload, request.POST.get("role", ""), by=request.user)
    except USER_ERRORS as error:
        return render_stems(request, studio, upload.recording, problem=str(error), status=error_status(error))
    return redirect(studio.url("studio-stems", song_id=upload.recording_id))


def _file_name(metadata: str) -> str | None:
    """The value of `filename` in Upload-Metadata, which is Base64."""
    for pair in metadata.split(","):
        key, _, value = pair.strip().partition(" ")
        if key == "filename":
            try:
                return base64.b64decode(value, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                return None
    return None


def _has_checksum(header: str, content: bytes) -> bool:
    """Whether the content has the SHA-256 that the client said, if it said one."""
    if not header:
        return True
    algorithm, _, value = header.partition(" ")
    return algorithm == "sha256" and value == base64.b64encode(hashlib.sha256(content).digest()).decode()


def _offset_headers(upload: AudioUpload) -> dict[str, str]:
    return {**TUS, "Upload-Offset": str(upload.received), "Upload-Length": str(upload.size)}


def _status(error: Exception, refused: int) -> int:
    if isinstance(error, uploads.TooOften):
        return 429
    return refused if isinstance(error, UploadRefused) else 403


def _refusal(sentence: str, status: int, **headers: str) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8", headers={**TUS, **headers})
