"""URLs of a rightsholder's pages."""

from django.urls import path

from artists.label.views import roster

urlpatterns = [
    path("", roster.choose_label, name="labels"),
    path("<int:party_id>/", roster.manage_roster, name="label-roster"),
    path("<int:party_id>/roster/<int:entry_id>/end", roster.end_entry, name="label-roster-end"),
]
