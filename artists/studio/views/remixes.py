"""What fans may make of a song: its limits, the corners that one hears, and the signatures."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts import reauthentication
from accounts.requests import AuthenticatedHttpRequest
from ai.remix.canonical import InvalidValue
from artists.models import EnvelopeCorner, RemixEnvelope
from artists.remixes import corners, envelope_text, envelopes
from artists.studio import remix_page
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.forms.envelope import EnvelopeForm
from artists.studio.views.songs import get_song_or_404
from catalog import audio, sources
from catalog.models import Recording
from fans import renders
from fans.models import Render
from rights import clearance
from web.decorators import post_only
from web.ranges import file_response


@require_http_methods(["GET", "HEAD", "POST"])
@team_member_required
def edit_limits(request: AuthenticatedHttpRequest, studio: Studio, song_id: int) -> HttpResponse:
    """GET: the newest limits, their corners and who signs. POST: save a new version; what was typed is kept."""
    recording = get_song_or_404(studio, song_id)
    source = sources.current(recording)
    if request.method != "POST" or source is None:
        return _render(request, studio, recording)
    page = remix_page.load(studio, recording, source)
    form = EnvelopeForm(request.POST, source=page.source, shown=page.shown)
    if not form.is_valid():
        problem = "Not saved yet. Fix the marked fields; everything you typed is still here."
        return _render(request, studio, recording, form=form, problem=problem, status=422)
    try:
        saved = envelopes.save(recording, form.content(), by=request.user)
    except InvalidValue as error:
        return _render(request, studio, recording, form=form, problem=str(error), status=422)
    except USER_ERRORS as error:
        return _render(request, studio, recording, form=form, problem=str(error), status=error_status(error))
    messages.success(request, f"Version {saved.version} is saved. Hear its corners, then it can be signed.")
    return redirect(studio.url("song-remixes", song_id=song_id))


@require_http_methods(["GET", "HEAD", "POST"])
@team_member_required
def show_corners(request: AuthenticatedHttpRequest, studio: Studio, song_id: int) -> HttpResponse:
    """GET: the corners, which the page asks for while they are made. POST: make those that have no sound."""
    recording = get_song_or_404(studio, song_id)
    if request.method == "POST":
        newest = envelopes.find_newest(recording)
        if newest and newest.in_force_from is None:
            corners.want(newest, by=request.user)
    return _render(request, studio, recording, part="#corners" if request.htmx else "")


@require_safe
@team_member_required
def play_corner(request: AuthenticatedHttpRequest, studio: Studio, song_id: int, name: str) -> HttpResponseBase:
    """The sound of a corner of the newest version, while everybody who must say yes to remixes does."""
    corner = _get_corner_or_404(studio, song_id, name)
    render = corner.render
    if render is None or render.state != Render.State.READY:
        raise Http404
    if render.clearance_id not in clearance.still_clear([render.clearance_id]):
        raise Http404
    response = render_response(request, render)
    corners.note_opened(corner, by=request.user)
    return response


def render_response(request: AuthenticatedHttpRequest, render: Render) -> HttpResponseBase:
    """The sound of a render that is ready, as it is before it is marked for a fan; 404 where it is not stored."""
    try:
        path = audio.local_path(renders.file_name(render.cache_key))
    except FileNotFoundError as error:
        raise Http404 from error
    return file_response(request, path, etag=render.sha256, content_type="audio/flac")


@post_only
@team_member_required
def note_heard(request: AuthenticatedHttpRequest, studio: Studio, song_id: int, name: str) -> HttpResponse:
    """Note that the corner was heard to its end."""
    corner = _get_corner_or_404(studio, song_id, name)
    problem, status = "", 200
    try:
        corners.note_heard(corner, by=request.user)
    except USER_ERRORS as error:
        problem, status = str(error), error_status(error)
    part = "#heard" if request.htmx else ""
    if not problem and not part:
        return redirect(studio.url("song-remixes", song_id=song_id))
    return _render(request, studio, corner.envelope.recording, part=part, problem=problem, status=status)


@post_only
@team_member_required
def sign_version(request: AuthenticatedHttpRequest, studio: Studio, song_id: int, version: int) -> HttpResponse:
    """Sign this version, as the artist or as the second person. Asks for the password unless it was typed recently."""
    recording = get_song_or_404(studio, song_id)
    envelope = get_object_or_404(RemixEnvelope, recording=recording, version=version)
    try:
        signed = envelopes.sign(envelope, by=request.user, fresh=reauthentication.did_recently_authenticate(request))
    except USER_ERRORS as error:
        return _render(request, studio, recording, problem=str(error), status=error_status(error))
    if signed.in_force_from:
        messages.success(request, f"Version {version} holds from now on.")
    else:
        messages.success(request, "You signed. It is wider than before, so somebody else signs it too.")
    return redirect(studio.url("song-remixes", song_id=song_id))


@post_only
@team_member_required
def end_remixes(request: AuthenticatedHttpRequest, studio: Studio, song_id: int) -> HttpResponse:
    """End remixes of the song at once."""
    recording = get_song_or_404(studio, song_id)
    try:
        envelopes.end(recording, by=request.user)
    except USER_ERRORS as error:
        return _render(request, studio, recording, problem=str(error), status=error_status(error))
    messages.success(request, "Fans cannot remix it any more.")
    return redirect(studio.url("song-remixes", song_id=song_id))


def _get_corner_or_404(studio: Studio, song_id: int, name: str) -> EnvelopeCorner:
    corner = envelopes.find_corner(get_song_or_404(studio, song_id), name)
    if corner is None:
        raise Http404
    return corner


def _render(
    request: AuthenticatedHttpRequest,
    studio: Studio,
    recording: Recording,
    *,
    form: EnvelopeForm | None = None,
    problem: str = "",
    part: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"section": "songs", "song": recording, "problem": problem}
    source = sources.current(recording)
    if source is None:
        return studio.render(request, "studio/remixes_without_parts.html", status=status, **context)
    page = remix_page.load(studio, recording, source)
    return studio.render(
        request,
        f"studio/remixes.html{part}",
        status=status,
        page=page,
        form=form or EnvelopeForm(source=page.source, shown=page.shown),
        sentence=envelope_text.write_sentence(page.source, page.shown, recording.title),
        recorded=envelope_text.describe_source(page.source),
        **context,
    )
