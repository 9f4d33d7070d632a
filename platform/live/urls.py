from django.urls import path

from live import api

urlpatterns = [path("api/v1/notices", api.Notices.as_view(), name="notices")]
