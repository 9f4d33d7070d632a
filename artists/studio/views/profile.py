"""The profile page: what fans see about the artist, changed by the artist's team."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.requests import AuthenticatedHttpRequest
from artists import profile
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.forms.picture import PictureForm
from artists.studio.forms.profile import ProfileForm
from web.decorators import post_only


@team_member_required
def edit_profile(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """GET: show the profile. POST: save the line, the colour and the links; typed text is kept."""
    if request.method != "POST":
        return _render_profile(request, studio)
    form = ProfileForm(request.POST)
    try:
        profile.require_editor(studio.artist, request.user)
        if not form.is_valid():
            return _render_profile(request, studio, form=form, status=422)
        profile.edit(studio.artist, by=request.user, **form.profile_fields())
    except USER_ERRORS as error:
        return _render_profile(request, studio, form=form, problem=str(error), status=error_status(error))
    messages.success(request, "Saved. Fans see it now.")
    return redirect(studio.url("profile"))


@post_only
@team_member_required
def set_picture(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """Replace the picture, or with `do=remove` remove it."""
    try:
        profile.require_editor(studio.artist, request.user)
        if request.POST.get("do") == "remove":
            profile.set_picture(studio.artist, None, by=request.user)
            messages.success(request, "The picture was removed.")
            return redirect(studio.url("profile"))
        form = PictureForm(request.POST, request.FILES)
        if not form.is_valid():
            return _render_profile(request, studio, picture_form=form, status=422)
        profile.set_picture(studio.artist, form.cleaned_data["picture"], by=request.user)
    except USER_ERRORS as error:
        return _render_profile(request, studio, problem=str(error), status=error_status(error))
    messages.success(request, "Fans see the new picture now.")
    return redirect(studio.url("profile"))


def _render_profile(
    request: AuthenticatedHttpRequest,
    studio: Studio,
    *,
    form: ProfileForm | None = None,
    picture_form: PictureForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    return studio.render(
        request,
        "studio/profile.html",
        status=status,
        form=form or ProfileForm.of_artist(studio.artist),
        picture_form=picture_form or PictureForm(),
        problem=problem,
    )
