"""The song pages: list, search and add songs, and change one with its cover."""

from collections.abc import Callable, Mapping, Sequence

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect

from accounts.requests import AuthenticatedHttpRequest
from artists import ownership, songs
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.forms.owner import ShareForm, WorkForm
from artists.studio.forms.picture import PictureForm
from artists.studio.forms.song import SongForm, format_isrc, format_length
from catalog.exceptions import AlreadyInCatalog
from catalog.models import Recording
from web.decorators import post_only
from web.pagination import cursor_or_start, paginate

PAGE_SIZE = 30


@team_member_required
def list_or_add_songs(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """GET: list the songs that contain `q`, newest first. POST: add a song and open it; typed text is kept."""
    if request.method != "POST":
        return _render_list(request, studio, SongForm())
    form = SongForm(request.POST)
    try:
        songs.require_editor(studio.artist, request.user)
        if form.is_valid():
            recording = songs.add(studio.artist, by=request.user, **form.song_fields())
            messages.success(request, f"“{recording.title}” is added. Its plays count from now on.")
            return redirect(studio.url("song", song_id=recording.pk))
    except AlreadyInCatalog as error:
        form.add_error(error.field, str(error))
    except USER_ERRORS as error:
        return _render_list(request, studio, form, problem=str(error), status=error_status(error))
    return _render_list(request, studio, form, status=422)


@team_member_required
def edit_song(request: AuthenticatedHttpRequest, studio: Studio, song_id: int) -> HttpResponse:
    """GET: show a song. POST: save its words and codes; typed text is kept."""
    recording = get_song_or_404(studio, song_id)
    if request.method != "POST":
        return render_song(request, studio, recording)
    form = SongForm(request.POST)

    def edit() -> str:
        return "Saved." if songs.edit(recording, by=request.user, **form.song_fields()) else "Nothing changed."

    return apply_form(request, studio, recording, edit, form=form)


@post_only
@team_member_required
def set_cover(request: AuthenticatedHttpRequest, studio: Studio, song_id: int) -> HttpResponse:
    """Replace the cover of a song, or with `do=remove` remove it."""
    recording = get_song_or_404(studio, song_id)
    try:
        songs.require_editor(studio.artist, request.user)
        form = PictureForm(request.POST, request.FILES)
        if request.POST.get("do") == "remove":
            songs.set_cover(recording, None, by=request.user)
        elif form.is_valid():
            songs.set_cover(recording, form.cleaned_data["picture"], by=request.user)
        else:
            return render_song(request, studio, recording, {"picture_form": form}, status=422)
    except USER_ERRORS as error:
        return render_song(request, studio, recording, problem=str(error), status=error_status(error))
    messages.success(request, "Fans see the new cover now." if recording.cover_id else "The cover was removed.")
    return redirect(studio.url("song", song_id=recording.pk))


def get_song_or_404(studio: Studio, song_id: int | None) -> Recording:
    return get_object_or_404(Recording.objects.select_related("artist"), pk=song_id, artist=studio.artist)


def apply_form(
    request: AuthenticatedHttpRequest, studio: Studio, recording: Recording, change: Callable[[], str], **typed: Form
) -> HttpResponse:
    """Call `change` if the form is valid and say what it returns, or show the errors with what was typed.

    `typed` is the form, by its name in the template.
    """
    (form,) = typed.values()
    problem, status = "", 422
    try:
        songs.require_editor(studio.artist, request.user)
        if form.is_valid():
            messages.success(request, change())
            return redirect(studio.url("song", song_id=recording.pk))
    except AlreadyInCatalog as error:
        form.add_error(error.field, str(error))
    except ValidationError as error:
        form.add_error(None, error)
    except USER_ERRORS as error:
        problem, status = str(error), error_status(error)
    return render_song(request, studio, recording, typed, problem=problem, status=status)


def _render_list(
    request: AuthenticatedHttpRequest, studio: Studio, form: SongForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    query = songs.clean_query(request.GET.get("q", ""))
    before = cursor_or_start(request.GET.get("before", ""), Recording, None)
    page = paginate(songs.search(studio.artist, query), field=None, before=before, size=PAGE_SIZE)
    return studio.render(
        request,
        "studio/songs.html#song-list" if request.htmx else "studio/songs.html",
        status=status,
        rows=[(song, format_isrc(song.isrc), format_length(song.duration_ms)) for song in page.items],
        query=query,
        older=_page_url(query, str(page.older)) if page.older else "",
        newest=_page_url(query, "") if before else "",
        form=form,
        problem=problem,
    )


def _page_url(query: str, before: str) -> str:
    parameters = QueryDict(mutable=True)
    parameters.update({name: value for name, value in (("q", query), ("before", before)) if value})
    return f"?{parameters.urlencode()}"


def render_song(
    request: AuthenticatedHttpRequest,
    studio: Studio,
    recording: Recording,
    typed: Mapping[str, Form] | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of a song. `typed` are the forms with errors, by their names in the template."""
    typed = typed or {}
    sale = ownership.resolve_remix_sale(recording)
    places = ownership.list_owned(recording, sale.owners, by=request.user)
    return studio.render(
        request,
        "studio/song.html",
        status=status,
        section="songs",
        song=recording,
        isrc=format_isrc(recording.isrc),
        length=format_length(recording.duration_ms),
        form=typed.get("form") or SongForm.of_recording(recording),
        picture_form=typed.get("picture_form") or PictureForm(),
        work_form=typed.get("work_form") or WorkForm(auto_id="id_work_%s"),
        owned=_add_share_forms(recording, places, typed.get("share_form")),
        sale=sale,
        settled=ownership.list_settled(recording, places),
        problem=problem,
    )


def _add_share_forms(
    recording: Recording, places: Sequence[ownership.Owned], typed: Form | None
) -> list[tuple[ownership.Owned, Form]]:
    """Each place with the form that adds a share there: the typed one where that has errors."""
    forms: list[Form] = [ShareForm.on(one.work, recording) for one in places]
    return [
        (one, typed if typed and typed.auto_id == form.auto_id else form)
        for one, form in zip(places, forms, strict=True)
    ]
