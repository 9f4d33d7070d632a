"""The artist's side: its addresses."""

from django.urls import include, path

from artists import api, front, queue_api, staff
from artists.studio import joining

STUDIO = "api/v1/studio/<slug:slug>"
PROGRAM = f"{STUDIO}/programs/<int:pk>"
DRAFT = "api/v1/drafts/<int:pk>"

urlpatterns = [
    path("studio/", include("artists.studio.urls")),
    path("invitations/<str:secret>", joining.page, name="invitation"),
    path("artists/<slug:slug>", front.page, name="artist"),
    path("api/v1/staff/artists", staff.ArtistsView.as_view(), name="staff-artists"),
    path("api/v1/staff/artists/<slug:slug>/recordings", staff.RecordingsView.as_view(), name="staff-recordings"),
    path(f"{STUDIO}/team", staff.TeamView.as_view(), name="studio-team"),
    path(f"{STUDIO}/grants", api.GrantsView.as_view(), name="studio-grants"),
    path(f"{STUDIO}/practice", api.PracticeView.as_view(), name="studio-practice"),
    path(f"{STUDIO}/programs", api.ProgramsView.as_view(), name="studio-programs"),
    path(f"{PROGRAM}/versions", api.VersionsView.as_view(), name="program-versions"),
    path(f"{PROGRAM}/versions/<int:version>/sign", api.SignView.as_view(), name="program-sign"),
    path(f"{PROGRAM}/pause", api.PauseView.as_view(), name="program-pause"),
    path(f"{STUDIO}/drafts", queue_api.DraftsView.as_view(), name="studio-drafts"),
    path(f"{STUDIO}/moments/refused", queue_api.RefusedView.as_view(), name="studio-refused"),
    path(DRAFT, queue_api.DraftView.as_view(), name="draft"),
    path(f"{DRAFT}/approve", queue_api.ApproveView.as_view(), name="draft-approve"),
    path(f"{DRAFT}/edit", queue_api.EditView.as_view(), name="draft-edit"),
    path(f"{DRAFT}/decline", queue_api.DeclineView.as_view(), name="draft-decline"),
    path(f"{DRAFT}/undo", queue_api.UndoView.as_view(), name="draft-undo"),
]
