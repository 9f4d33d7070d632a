"""URLs of a rightsholder's part of the API."""

from django.urls import path

from artists.label.api import agreements, approvals, claims, earnings, imports, named_claims, roster, switches, team

LABELS = "api/v1/labels"
LABEL = f"{LABELS}/<int:party>"
ARTIST = f"{LABEL}/artists/<slug:slug>"
AGREEMENT = f"{LABEL}/agreements/<int:pk>"
IMPORT = f"{LABEL}/imports/<int:pk>"

urlpatterns = [
    path(LABELS, roster.LabelsView.as_view(), name="api-labels"),
    path(f"{LABEL}/roster", roster.RosterView.as_view(), name="api-label-roster"),
    path(f"{LABEL}/roster/<int:pk>/end", roster.RosterEndView.as_view(), name="api-label-roster-end"),
    path(f"{LABEL}/claims", claims.ClaimsView.as_view(), name="api-label-claims"),
    path(f"{LABEL}/claims/<int:pk>", claims.ClaimView.as_view(), name="api-label-claim"),
    path(f"{LABEL}/claims/imports", named_claims.ImportedClaimsView.as_view(), name="api-label-claims-imported"),
    path(
        f"{LABEL}/claims/imports/<int:pk>",
        named_claims.ConfirmImportedView.as_view(),
        name="api-label-claims-confirm-imported",
    ),
    path(f"{LABEL}/team", team.LabelTeamView.as_view(), name="api-label-team"),
    path(f"{LABEL}/team/<int:pk>", team.LabelMemberView.as_view(), name="api-label-member"),
    path(f"{LABEL}/team/invitations", team.LabelInvitationsView.as_view(), name="api-label-invitations"),
    path(f"{LABEL}/team/invitations/<int:pk>", team.LabelInvitationView.as_view(), name="api-label-invitation"),
    path(f"{LABEL}/statements", earnings.LabelStatementsView.as_view(), name="api-label-statements"),
    path(f"{LABEL}/statements/<int:pk>", earnings.LabelStatementView.as_view(), name="api-label-statement"),
    path(f"{LABEL}/payouts", earnings.LabelPayoutsView.as_view(), name="api-label-payouts"),
    path(f"{LABEL}/standing", earnings.LabelStandingView.as_view(), name="api-label-standing"),
    path(f"{LABEL}/approvals", approvals.ApprovalsView.as_view(), name="api-label-approvals"),
    path(f"{LABEL}/approvals/<int:pk>", approvals.ApprovalView.as_view(), name="api-label-approval"),
    path(f"{ARTIST}/switches", switches.LabelSwitchesView.as_view(), name="api-label-switches"),
    path(f"{ARTIST}/switches/songs", switches.LabelSongSwitchesView.as_view(), name="api-label-switch-songs"),
    path(f"{ARTIST}/history", switches.LabelHistoryView.as_view(), name="api-label-history"),
    path(f"{LABEL}/agreements", agreements.AgreementsView.as_view(), name="api-label-agreements"),
    path(f"{LABEL}/agreements/dry-run", agreements.AgreementDryRunView.as_view(), name="api-label-agreement-dry-run"),
    path(AGREEMENT, agreements.AgreementView.as_view(), name="api-label-agreement"),
    path(f"{AGREEMENT}/next", agreements.AgreementNextView.as_view(), name="api-label-agreement-next"),
    path(f"{AGREEMENT}/dry-run", agreements.StoredDryRunView.as_view(), name="api-label-agreement-effect"),
    path(f"{AGREEMENT}/accept", agreements.AgreementAcceptView.as_view(), name="api-label-agreement-accept"),
    path(f"{AGREEMENT}/end", agreements.AgreementEndView.as_view(), name="api-label-agreement-end"),
    path(f"{LABEL}/imports", imports.ImportsView.as_view(), name="api-label-imports"),
    path(IMPORT, imports.ImportView.as_view(), name="api-label-import"),
    path(f"{IMPORT}/start", imports.ImportStartView.as_view(), name="api-label-import-start"),
    path(f"{IMPORT}/lines", imports.ImportLinesView.as_view(), name="api-label-import-lines"),
]
