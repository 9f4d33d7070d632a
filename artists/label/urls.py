"""URLs of a rightsholder's pages."""

from django.urls import path

from artists.label.views import (
    agreement_form,
    agreements,
    approvals,
    catalogue,
    claims,
    earnings,
    export,
    payouts,
    roster,
    switches,
    team,
)

CATALOGUE = "<int:party_id>/catalogue"
TEAM = "<int:party_id>/team"
IMPORT = f"{CATALOGUE}/<int:import_id>"
AGREEMENTS = "<int:party_id>/agreements"
AGREEMENT = f"{AGREEMENTS}/<int:version_id>"
EARNINGS = "<int:party_id>/earnings"

urlpatterns = [
    path("", roster.choose_label, name="labels"),
    path("<int:party_id>/", roster.manage_roster, name="label-roster"),
    path("<int:party_id>/roster/<int:entry_id>/end", roster.end_entry, name="label-roster-end"),
    path("<int:party_id>/artists/<slug:slug>", switches.manage_switches, name="label-switches"),
    path("<int:party_id>/artists/<slug:slug>/history", switches.show_history, name="label-history"),
    path("<int:party_id>/artists/<slug:slug>/export.csv", export.download_export, name="label-export"),
    path("<int:party_id>/claims", claims.show_claims, name="label-claims"),
    path("<int:party_id>/claims/<int:claim_id>", claims.answer_claim, name="label-claim"),
    path("<int:party_id>/claims/imports/<int:import_id>", claims.confirm_imported, name="label-claims-imported"),
    path(EARNINGS, earnings.show_earnings, name="label-earnings"),
    path(f"{EARNINGS}/<int:statement_id>", earnings.show_statement, name="label-statement"),
    *(
        path(
            f"{EARNINGS}/<int:statement_id>.{kind}",
            earnings.download_statement,
            {"kind": kind},
            name=f"label-statement-{kind}",
        )
        for kind in ("csv", "pdf")
    ),
    path(TEAM, team.manage_team, name="label-team"),
    path(f"{TEAM}/invitations/<int:invitation_id>", team.revoke_invitation, name="label-team-invitation"),
    path(f"{TEAM}/<int:member_id>", team.update_member, name="label-team-member"),
    path(AGREEMENTS, agreements.list_agreements, name="label-agreements"),
    path(f"{AGREEMENTS}/new", agreement_form.write_agreement, name="label-agreement-new"),
    path(AGREEMENT, agreements.show_agreement, name="label-agreement"),
    path(f"{AGREEMENT}/next", agreement_form.write_agreement, name="label-agreement-next"),
    path(f"{AGREEMENT}/accept", agreements.accept_agreement, name="label-agreement-accept"),
    path(f"{AGREEMENT}/end", agreements.end_agreement, name="label-agreement-end"),
    path("<int:party_id>/payouts", payouts.show_payouts, name="label-payouts"),
    path("<int:party_id>/payouts/account", payouts.open_account, name="label-payee"),
    path("<int:party_id>/approvals", approvals.show_approvals, name="label-approvals"),
    path("<int:party_id>/approvals/<int:draft_id>", approvals.answer_approval, name="label-approval"),
    path("<int:party_id>/approvals/<int:draft_id>/sound", approvals.play_approval, name="label-approval-sound"),
    path(CATALOGUE, catalogue.manage_catalogue, name="label-catalogue"),
    path(f"{CATALOGUE}/sample.csv", catalogue.download_sample, name="label-catalogue-sample"),
    path(IMPORT, catalogue.show_import, name="label-import"),
    path(f"{IMPORT}/start", catalogue.start_import, name="label-import-start"),
    path(f"{IMPORT}/remove", catalogue.remove_import, name="label-import-remove"),
    path(f"{IMPORT}/verdicts.csv", catalogue.download_verdicts, name="label-import-verdicts"),
]
