"""The fan's addresses."""

from django.urls import path

from fans import api, receipts, report_page

urlpatterns = [
    path("experiences/<uuid:pk>/report", report_page.page, name="experience-report"),
    path("api/v1/artists/<slug:slug>/opt-in", api.OptInView.as_view(), name="opt-in"),
    path("api/v1/experiences", api.ExperienceList.as_view(), name="experiences"),
    path("api/v1/experiences/<uuid:pk>", api.ExperienceDetail.as_view(), name="experience"),
    path("r/<str:key>.json", receipts.as_json, name="receipt-json"),
    path("r/<str:key>", receipts.page, name="receipt"),
]
