"""The studio: its addresses for people."""

from django.urls import path

from artists.studio import delivered, grants_page, history, overview, program_pages, queue, team_page

REVIEW = "<slug:slug>/review"
ITEM = f"{REVIEW}/<int:draft>"
PROGRAMS = "<slug:slug>/programs"
PROGRAM = f"{PROGRAMS}/<int:pk>"

urlpatterns = [
    path("", overview.choose, name="studios"),
    path("<slug:slug>/", overview.page, name="studio"),
    path("<slug:slug>/needs", overview.needs_now, name="studio-needs"),
    path(REVIEW, queue.queue, name="review"),
    path(f"{REVIEW}/count", queue.count, name="review-count"),
    path(f"{REVIEW}/line", queue.beside, name="review-line"),
    path(ITEM, queue.item, name="review-item"),
    path(f"{ITEM}/approve", queue.approve, name="review-approve"),
    path(f"{ITEM}/decline", queue.decline, name="review-decline"),
    path(f"{ITEM}/edit", queue.edit, name="review-edit"),
    path(f"{ITEM}/mark", queue.mark, name="review-mark"),
    path(f"{ITEM}/skip", queue.skip, name="review-skip"),
    path(f"{ITEM}/undo", queue.undo, name="review-undo"),
    path(f"{ITEM}/hold", queue.hold, name="review-hold"),
    path(f"{ITEM}/leave", queue.leave, name="review-leave"),
    path(PROGRAMS, program_pages.index, name="programs"),
    path(PROGRAM, program_pages.page, name="program"),
    path(f"{PROGRAM}/preview", program_pages.preview, name="program-preview"),
    path(f"{PROGRAM}/turn", program_pages.turn, name="program-turn"),
    path(f"{PROGRAM}/versions/<int:version>", program_pages.text, name="program-version"),
    path(f"{PROGRAM}/versions/<int:version>/sign", program_pages.sign, name="program-version-sign"),
    path("<slug:slug>/grants", grants_page.page, name="grants"),
    path("<slug:slug>/team", team_page.page, name="team"),
    path("<slug:slug>/team/practice", team_page.practice, name="team-practice"),
    path("<slug:slug>/team/invitations/<int:invitation>", team_page.invitation, name="team-invitation"),
    path("<slug:slug>/team/<int:member>", team_page.member, name="team-member"),
    path("<slug:slug>/delivered", delivered.page, name="delivered"),
    path("<slug:slug>/history", history.page, name="history"),
]
