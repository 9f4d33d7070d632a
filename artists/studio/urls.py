"""The studio: its addresses for people."""

from django.urls import path

from artists.studio import delivered, history, overview
from artists.studio.views import grants, programs, review, team

REVIEW = "<slug:slug>/review"
ITEM = f"{REVIEW}/<int:draft>"
PROGRAMS = "<slug:slug>/programs"
PROGRAM = f"{PROGRAMS}/<int:pk>"

urlpatterns = [
    path("", overview.choose, name="studios"),
    path("<slug:slug>/", overview.page, name="studio"),
    path("<slug:slug>/needs", overview.needs_now, name="studio-tasks"),
    path(REVIEW, review.show_next_draft, name="review"),
    path(f"{REVIEW}/count", review.show_pending_count, name="review-count"),
    path(f"{REVIEW}/line", review.refresh_queue, name="review-queue"),
    path(ITEM, review.show_draft, name="review-item"),
    path(f"{ITEM}/approve", review.approve_draft, name="review-approve"),
    path(f"{ITEM}/decline", review.decline_draft, name="review-decline"),
    path(f"{ITEM}/edit", review.edit_draft, name="review-edit"),
    path(f"{ITEM}/mark", review.preview_mark, name="review-mark-preview"),
    path(f"{ITEM}/skip", review.skip_draft, name="review-skip"),
    path(f"{ITEM}/undo", review.undo_decision, name="review-undo"),
    path(f"{ITEM}/hold", review.renew_hold, name="review-hold-renew"),
    path(f"{ITEM}/leave", review.release_hold, name="review-hold-release"),
    path(PROGRAMS, programs.list_or_create_programs, name="programs"),
    path(PROGRAM, programs.edit_program, name="program"),
    path(f"{PROGRAM}/preview", programs.preview_program, name="program-preview"),
    path(f"{PROGRAM}/turn", programs.pause_or_resume, name="program-pause"),
    path(f"{PROGRAM}/versions/<int:version>", programs.show_version, name="program-version"),
    path(f"{PROGRAM}/versions/<int:version>/sign", programs.sign_version, name="program-version-sign"),
    path("<slug:slug>/grants", grants.manage_grants, name="grants"),
    path("<slug:slug>/team", team.manage_team, name="team"),
    path("<slug:slug>/team/practice", team.update_practice, name="team-practice"),
    path("<slug:slug>/team/invitations/<int:invitation>", team.revoke_invitation, name="team-invitation"),
    path("<slug:slug>/team/<int:member>", team.update_member, name="team-member"),
    path("<slug:slug>/delivered", delivered.page, name="sent"),
    path("<slug:slug>/history", history.page, name="history"),
]
