"""URLs of the studio, the artist's public page and the artists' API."""

from django.urls import include, path

from artists import views
from artists.api import (
    agreements,
    drafts,
    earnings,
    grants,
    imports,
    owners,
    profile,
    programs,
    promotions,
    recordings,
    staff,
    staff_ages,
    staff_parties,
    staff_splits,
    team,
    tiers,
)
from artists.label.views import disputes, split_schemes
from artists.remixes import api as remix_api
from artists.remixes import limits_api, shelf_api, shelf_views
from artists.remixes import views as remix_views
from artists.requests import api as request_api
from artists.requests import views as request_views
from artists.stems import api as stems_api
from artists.studio.views import invitation
from artists.suggestions import profile_views

STUDIO = "api/v1/studio/<slug:slug>"
RECORDING = f"{STUDIO}/recordings/<int:pk>"
AGREEMENT = f"{STUDIO}/agreements/<int:pk>"
PROGRAM = f"{STUDIO}/programs/<int:pk>"
TIER = f"{STUDIO}/tiers/<int:pk>"
DRAFT = "api/v1/drafts/<int:pk>"

urlpatterns = [
    path("studio/", include("artists.studio.urls")),
    path("label/", include("artists.label.urls")),
    path("", include("artists.label.api.urls")),
    path("desk/claims", disputes.show_disputes, name="staff-claims"),
    path("desk/claims/<int:claim_id>", disputes.settle_dispute, name="staff-claim-settle"),
    path("desk/models", profile_views.model_profiles, name="staff-models"),
    path("desk/models/<int:pk>", profile_views.change_model_profile, name="staff-model-change"),
    path("desk/splits", split_schemes.split_schemes, name="staff-splits"),
    path("invitations/<str:secret>", invitation.answer_invitation, name="invitation"),
    path("artists/<slug:slug>", views.artist_page, name="artist"),
    path("artists/<slug:slug>/ask/<int:program_id>", request_views.ask, name="ask"),
    path("artists/<slug:slug>/remix/<int:pk>/ask", remix_views.ask, name="ask-remix"),
    path("experiences/<uuid:pk>/shelf", shelf_views.offer, name="experience-shelf"),
    path("experiences/<uuid:pk>/shelf/take-off", shelf_views.take_off, name="experience-shelf-off"),
    path("requests", request_views.list_requests, name="requests"),
    path("requests/<int:pk>", request_views.show_request, name="request"),
    path("requests/<int:pk>/pay", request_views.pay, name="request-pay"),
    path("requests/<int:pk>/take-back", request_views.take_back, name="request-take-back"),
    path("requests/<int:pk>/erase", request_views.erase_words, name="request-erase"),
    path("api/v1/artists/<slug:slug>/offers", request_api.RequestOffersView.as_view(), name="api-artist-offers"),
    path("api/v1/artists/<slug:slug>/remixes/<int:pk>", remix_api.RemixDeskView.as_view(), name="api-remix-desk"),
    path(
        "api/v1/artists/<slug:slug>/remixes/<int:pk>/requests",
        remix_api.RemixRequestsView.as_view(),
        name="api-remix-requests",
    ),
    path("api/v1/artists/<slug:slug>/shelf", shelf_api.ShelfView.as_view(), name="api-shelf"),
    path("api/v1/shelf/<int:pk>/report", shelf_api.ShelfReportView.as_view(), name="api-shelf-report"),
    path("api/v1/experiences/<uuid:pk>/shelf", shelf_api.ExperienceShelfView.as_view(), name="api-experience-shelf"),
    path("api/v1/requests", request_api.RequestsView.as_view(), name="api-requests"),
    path("api/v1/requests/<int:pk>", request_api.RequestView.as_view(), name="api-request"),
    path("api/v1/requests/<int:pk>/payment", request_api.RequestPaymentView.as_view(), name="api-request-payment"),
    path("api/v1/requests/<int:pk>/note", request_api.RequestNoteView.as_view(), name="api-request-note"),
    path("api/v1/staff/artists", staff.ArtistsView.as_view(), name="api-staff-artists"),
    path("api/v1/staff/artists/<slug:slug>/recordings", staff.RecordingsView.as_view(), name="api-staff-recordings"),
    path("api/v1/staff/recordings/<int:pk>/main", staff.MainRecordingView.as_view(), name="api-staff-main-recording"),
    path(
        "api/v1/staff/recordings/<int:pk>/works/<int:work>",
        staff.RecordingWorkView.as_view(),
        name="api-staff-recording-work",
    ),
    path("api/v1/staff/ages", staff_ages.LowerAgeView.as_view(), name="api-staff-age"),
    path("api/v1/staff/split-schemes", staff_splits.SplitSchemesView.as_view(), name="api-staff-split-schemes"),
    path("api/v1/staff/parties", staff_parties.PartiesView.as_view(), name="api-staff-parties"),
    path(
        "api/v1/staff/parties/<int:pk>/signatories",
        staff_parties.SignatoriesView.as_view(),
        name="api-staff-signatories",
    ),
    path(
        "api/v1/staff/parties/<int:pk>/invitations",
        staff_parties.SignatoryInvitationsView.as_view(),
        name="api-staff-party-invitations",
    ),
    path("api/v1/staff/parties/<int:pk>/mandate", staff_parties.MandateView.as_view(), name="api-staff-party-mandate"),
    path(
        "api/v1/staff/parties/<int:pk>/isrc-prefixes",
        staff_parties.IsrcPrefixesView.as_view(),
        name="api-staff-isrc-prefixes",
    ),
    path(
        "api/v1/staff/parties/<int:pk>/isrc-prefixes/<str:prefix>",
        staff_parties.IsrcPrefixView.as_view(),
        name="api-staff-isrc-prefix",
    ),
    path(f"{STUDIO}/team", team.TeamView.as_view(), name="api-team"),
    path(f"{STUDIO}/statements", earnings.StatementsView.as_view(), name="api-statements"),
    path(f"{STUDIO}/statements/<int:pk>", earnings.StatementView.as_view(), name="api-statement"),
    path(f"{STUDIO}/payouts", earnings.PayoutsView.as_view(), name="api-payouts"),
    path(f"{STUDIO}/standing", earnings.StandingView.as_view(), name="api-standing"),
    path(f"{STUDIO}/grants", grants.GrantsView.as_view(), name="api-grants"),
    path(f"{STUDIO}/grants/songs", grants.SongSwitchesView.as_view(), name="api-grant-songs"),
    path(f"{STUDIO}/grants/effect", grants.GrantEffectView.as_view(), name="api-grant-effect"),
    path(f"{STUDIO}/review-settings", team.ReviewSettingsView.as_view(), name="api-review-settings"),
    path(f"{STUDIO}/profile", profile.ProfileView.as_view(), name="api-profile"),
    path(f"{STUDIO}/profile/picture", profile.ProfilePictureView.as_view(), name="api-profile-picture"),
    path(f"{STUDIO}/recordings", recordings.RecordingsView.as_view(), name="api-recordings"),
    path(RECORDING, recordings.RecordingView.as_view(), name="api-recording"),
    path(f"{RECORDING}/cover", recordings.CoverView.as_view(), name="api-recording-cover"),
    path(f"{RECORDING}/owners", owners.OwnershipView.as_view(), name="api-recording-owners"),
    path(f"{RECORDING}/works", owners.WorksView.as_view(), name="api-recording-works"),
    path(f"{RECORDING}/works/<int:work>", owners.WorkView.as_view(), name="api-recording-work"),
    path(f"{RECORDING}/shares", owners.SharesView.as_view(), name="api-recording-shares"),
    path(f"{RECORDING}/shares/<int:claim>", owners.ShareView.as_view(), name="api-recording-share"),
    path(f"{RECORDING}/stems", stems_api.StemsView.as_view(), name="api-stems"),
    path(f"{RECORDING}/stems/confirm", stems_api.StemsConfirmView.as_view(), name="api-stems-confirm"),
    path(f"{RECORDING}/stems/listen", stems_api.StemsListenView.as_view(), name="api-stems-listen"),
    path(f"{RECORDING}/stems/files/<int:file>", stems_api.StemFileView.as_view(), name="api-stem-file"),
    path(f"{RECORDING}/remix-limits", limits_api.LimitsView.as_view(), name="api-limits"),
    path(f"{RECORDING}/remix-limits/<int:version>/sign", limits_api.SignLimitsView.as_view(), name="api-limits-sign"),
    path(f"{RECORDING}/remix-limits/corners", limits_api.CornersView.as_view(), name="api-corners"),
    path(
        f"{RECORDING}/remix-limits/corners/<slug:name>/heard",
        limits_api.CornerHeardView.as_view(),
        name="api-corner-heard",
    ),
    path(f"{STUDIO}/imports", imports.ImportedView.as_view(), name="api-imports"),
    path(f"{STUDIO}/imports/named", imports.NamedSharesView.as_view(), name="api-imports-named"),
    path(f"{STUDIO}/imports/<int:pk>", imports.ImportedSongsView.as_view(), name="api-import"),
    path(f"{STUDIO}/imports/<int:pk>/confirm", imports.ConfirmNamedView.as_view(), name="api-import-confirm"),
    path(f"{STUDIO}/agreements", agreements.StudioAgreementsView.as_view(), name="api-agreements"),
    path(AGREEMENT, agreements.OneAgreementView.as_view(), name="api-agreement"),
    path(f"{AGREEMENT}/dry-run", agreements.OneDryRunView.as_view(), name="api-agreement-effect"),
    path(f"{AGREEMENT}/accept", agreements.AcceptView.as_view(), name="api-agreement-accept"),
    path(f"{AGREEMENT}/end", agreements.EndView.as_view(), name="api-agreement-end"),
    path(f"{STUDIO}/programs", programs.ProgramsView.as_view(), name="api-programs"),
    path(f"{PROGRAM}/versions", programs.VersionsView.as_view(), name="api-program-versions"),
    path(f"{PROGRAM}/versions/<int:version>/sign", programs.SignView.as_view(), name="api-program-version-sign"),
    path(f"{PROGRAM}/pause", programs.PauseView.as_view(), name="api-program-pause"),
    path(f"{STUDIO}/tiers", tiers.TiersView.as_view(), name="api-tiers"),
    path(TIER, tiers.OneTierView.as_view(), name="api-tier"),
    path(f"{TIER}/versions", tiers.TierVersionsView.as_view(), name="api-tier-versions"),
    path(f"{TIER}/versions/<int:version>/sell", tiers.SellTierView.as_view(), name="api-tier-sell"),
    path(f"{STUDIO}/promotions", promotions.PromotionsView.as_view(), name="api-promotions"),
    path(f"{STUDIO}/promotions/<int:pk>/end", promotions.EndPromotionView.as_view(), name="api-promotion-end"),
    path(f"{STUDIO}/shelf", shelf_api.StudioShelfView.as_view(), name="api-studio-shelf"),
    path(
        f"{STUDIO}/shelf/<int:pk>/decisions",
        shelf_api.StudioShelfDecisionView.as_view(),
        name="api-studio-shelf-decide",
    ),
    path(f"{STUDIO}/drafts", drafts.DraftsView.as_view(), name="api-drafts"),
    path(f"{STUDIO}/moments/refused", drafts.RefusedMomentsView.as_view(), name="api-refused-moments"),
    path(DRAFT, drafts.DraftViewSet.as_view({"get": "retrieve"}), name="api-draft"),
    path(f"{DRAFT}/approve", drafts.DraftViewSet.as_view({"post": "approve"}), name="api-draft-approve"),
    path(f"{DRAFT}/edit", drafts.DraftViewSet.as_view({"post": "edit"}), name="api-draft-edit"),
    path(f"{DRAFT}/decline", drafts.DraftViewSet.as_view({"post": "decline"}), name="api-draft-decline"),
    path(f"{DRAFT}/undo", drafts.DraftViewSet.as_view({"post": "undo"}), name="api-draft-undo"),
]
