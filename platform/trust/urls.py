"""URLs of the pages for staff. To everyone else they answer 404."""

from django.urls import path

from trust import views

urlpatterns = [
    path("desk/reports", views.report_list, name="staff-reports"),
    path("desk/ages", views.ages, name="staff-ages"),
    path("desk/reports/<int:pk>", views.handle_report, name="staff-report-handle"),
]
