"""URLs of the studio's pages."""

from django.urls import path

from artists.studio.views import (
    agreements,
    earnings,
    grants,
    history,
    imports,
    labels,
    offers,
    overview,
    owners,
    payouts,
    profile,
    programs,
    promotions,
    remix_review,
    remixes,
    review,
    shelf,
    songs,
    stem_files,
    stems,
    subscribers,
    suggestions,
    team,
    tiers,
)

REVIEW = "<slug:slug>/review"
DRAFT = f"{REVIEW}/<int:draft_id>"
PROGRAMS = "<slug:slug>/programs"
PROGRAM = f"{PROGRAMS}/<int:program_id>"
SONGS = "<slug:slug>/songs"
SONG = f"{SONGS}/<int:song_id>"
REMIXES = f"{SONG}/remixes"
AGREEMENTS = "<slug:slug>/agreements"
AGREEMENT = f"{AGREEMENTS}/<int:version_id>"
IMPORTS = "<slug:slug>/imports"
TEAM = "<slug:slug>/team"
TIERS = "<slug:slug>/tiers"
TIER = f"{TIERS}/<int:tier_id>"
PROMOTIONS = "<slug:slug>/promotions"
EARNINGS = "<slug:slug>/earnings"

urlpatterns = [
    path("", overview.choose_studio, name="studios"),
    path("<slug:slug>/", overview.overview, name="studio"),
    path("<slug:slug>/tasks", overview.show_tasks, name="studio-tasks"),
    path(REVIEW, review.show_next_draft, name="review"),
    path(f"{REVIEW}/count", review.show_pending_count, name="review-count"),
    path(f"{REVIEW}/queue", review.refresh_queue, name="review-queue"),
    path(DRAFT, review.show_draft, name="review-item"),
    path(f"{DRAFT}/approve", review.approve_draft, name="review-approve"),
    path(f"{DRAFT}/decline", review.decline_draft, name="review-decline"),
    path(f"{DRAFT}/edit", review.edit_draft, name="review-edit"),
    path(f"{DRAFT}/mark", review.preview_mark, name="review-mark-preview"),
    path(f"{DRAFT}/skip", review.skip_draft, name="review-skip"),
    path(f"{DRAFT}/undo", review.undo_decision, name="review-undo"),
    path(f"{DRAFT}/hold", review.renew_hold, name="review-hold-renew"),
    path(f"{DRAFT}/leave", review.release_hold, name="review-hold-release"),
    path(f"{DRAFT}/sound/<slug:name>", remix_review.play_draft, name="review-sound"),
    path(f"{DRAFT}/heard", remix_review.note_heard, name="review-heard"),
    path(f"{DRAFT}/suggest", remix_review.suggest_instead, name="review-suggest"),
    path(PROGRAMS, programs.list_or_create_programs, name="programs"),
    path(PROGRAM, programs.edit_program, name="program"),
    path(f"{PROGRAM}/preview", programs.preview_program, name="program-preview"),
    path(f"{PROGRAM}/suggestions", suggestions.suggest, name="program-suggest"),
    path(f"{PROGRAM}/suggestions/<int:suggestion_id>/drop", suggestions.drop, name="program-suggestion-drop"),
    path(f"{PROGRAM}/pause", programs.pause_or_resume, name="program-pause"),
    path(f"{PROGRAM}/versions/<int:version>", programs.show_version, name="program-version"),
    path(f"{PROGRAM}/versions/<int:version>/sign", programs.sign_version, name="program-version-sign"),
    path("<slug:slug>/grants", grants.manage_grants, name="grants"),
    path(SONGS, songs.list_or_add_songs, name="songs"),
    path(SONG, songs.edit_song, name="song"),
    path(f"{SONG}/stems", stems.edit_stems, name="studio-stems"),
    path(f"{SONG}/stems/files", stem_files.list_or_announce, name="studio-stem-files"),
    path(f"{SONG}/stems/files/<int:upload_id>", stem_files.change_file, name="studio-stem-file"),
    path(f"{SONG}/stems/files/<int:upload_id>/audio", stem_files.play_file, name="studio-stem-audio"),
    path(f"{SONG}/cover", songs.set_cover, name="song-cover"),
    path(f"{SONG}/works", owners.add_work, name="song-works"),
    path(f"{SONG}/owners", owners.add_share, name="song-owners"),
    path(f"{SONG}/claims/<int:claim_id>", owners.change_claim, name="song-claim"),
    path(REMIXES, remixes.edit_limits, name="song-remixes"),
    path(f"{REMIXES}/corners", remixes.show_corners, name="song-remix-corners"),
    path(f"{REMIXES}/corners/<slug:name>", remixes.play_corner, name="song-remix-corner"),
    path(f"{REMIXES}/corners/<slug:name>/heard", remixes.note_heard, name="song-remix-heard"),
    path(f"{REMIXES}/versions/<int:version>/sign", remixes.sign_version, name="song-remix-sign"),
    path(f"{REMIXES}/end", remixes.end_remixes, name="song-remix-end"),
    path("<slug:slug>/shelf", shelf.show_shelf, name="studio-shelf"),
    path("<slug:slug>/shelf/<int:entry_id>/sound", shelf.play_entry, name="studio-shelf-sound"),
    path("<slug:slug>/shelf/<int:entry_id>/<slug:decision>", shelf.decide, name="studio-shelf-decide"),
    path("<slug:slug>/labels", labels.show_labels, name="studio-labels"),
    path("<slug:slug>/labels/<int:entry_id>", labels.answer_label, name="studio-label-answer"),
    path(AGREEMENTS, agreements.list_agreements, name="studio-agreements"),
    path(AGREEMENT, agreements.show_agreement, name="studio-agreement"),
    path(f"{AGREEMENT}/accept", agreements.accept_agreement, name="studio-agreement-accept"),
    path(f"{AGREEMENT}/end", agreements.end_agreement, name="studio-agreement-end"),
    path(IMPORTS, imports.list_imports, name="studio-imports"),
    path(f"{IMPORTS}/<int:import_id>", imports.show_import, name="studio-import"),
    path(f"{IMPORTS}/<int:import_id>/confirm", imports.confirm_import, name="studio-import-confirm"),
    path("<slug:slug>/profile", profile.edit_profile, name="profile"),
    path("<slug:slug>/profile/picture", profile.set_picture, name="profile-picture"),
    path(TEAM, team.manage_team, name="team"),
    path(f"{TEAM}/review-settings", team.update_review_settings, name="team-review-settings"),
    path(f"{TEAM}/invitations/<int:invitation_id>", team.revoke_invitation, name="team-invitation"),
    path(f"{TEAM}/<int:member_id>", team.update_member, name="team-member"),
    path("<slug:slug>/offers", offers.list_or_create_offers, name="studio-offers"),
    path("<slug:slug>/offers/<int:program_id>", offers.edit_offer, name="studio-offer"),
    path(EARNINGS, earnings.show_earnings, name="studio-earnings"),
    path(f"{EARNINGS}/<int:statement_id>", earnings.show_statement, name="studio-statement"),
    *(
        path(
            f"{EARNINGS}/<int:statement_id>.{kind}",
            earnings.download_statement,
            {"kind": kind},
            name=f"studio-statement-{kind}",
        )
        for kind in ("csv", "pdf")
    ),
    path("<slug:slug>/subscribers", subscribers.show_subscribers, name="studio-subscribers"),
    path(TIERS, tiers.list_or_create_tiers, name="studio-tiers"),
    path(TIER, tiers.edit_tier, name="studio-tier"),
    path(f"{TIER}/archive", tiers.archive_tier, name="studio-tier-archive"),
    path(f"{TIER}/versions/<int:version>/sell", tiers.sell_version, name="studio-tier-sell"),
    path(PROMOTIONS, promotions.list_or_create_promotions, name="studio-promotions"),
    path(f"{PROMOTIONS}/<int:promotion_id>/end", promotions.end_promotion, name="studio-promotion-end"),
    path("<slug:slug>/payouts", payouts.show_payouts, name="studio-payouts"),
    path("<slug:slug>/payouts/account", payouts.open_account, name="studio-payee"),
    path("<slug:slug>/delivered", history.sent, name="sent"),
    path("<slug:slug>/history", history.history, name="history"),
]
