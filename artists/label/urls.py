"""URLs of a rightsholder's pages."""

from django.urls import path

from artists.label.views import catalogue, claims, roster, switches, team

CATALOGUE = "<int:party_id>/catalogue"
TEAM = "<int:party_id>/team"
IMPORT = f"{CATALOGUE}/<int:import_id>"

urlpatterns = [
    path("", roster.choose_label, name="labels"),
    path("<int:party_id>/", roster.manage_roster, name="label-roster"),
    path("<int:party_id>/roster/<int:entry_id>/end", roster.end_entry, name="label-roster-end"),
    path("<int:party_id>/artists/<slug:slug>", switches.manage_switches, name="label-switches"),
    path("<int:party_id>/claims", claims.show_claims, name="label-claims"),
    path("<int:party_id>/claims/<int:claim_id>", claims.answer_claim, name="label-claim"),
    path(TEAM, team.manage_team, name="label-team"),
    path(f"{TEAM}/invitations/<int:invitation_id>", team.revoke_invitation, name="label-team-invitation"),
    path(f"{TEAM}/<int:member_id>", team.update_member, name="label-team-member"),
    path(CATALOGUE, catalogue.manage_catalogue, name="label-catalogue"),
    path(IMPORT, catalogue.show_import, name="label-import"),
    path(f"{IMPORT}/start", catalogue.start_import, name="label-import-start"),
    path(f"{IMPORT}/remove", catalogue.remove_import, name="label-import-remove"),
    path(f"{IMPORT}/verdicts.csv", catalogue.download_verdicts, name="label-import-verdicts"),
]
