from django.urls import path

from live import api

urlpatterns = [path("api/v1/notices", api.NoticesView.as_view(), name="api-notices")]
