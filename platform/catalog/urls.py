"""The addresses of pictures."""

from django.urls import re_path

from catalog import views

urlpatterns = [
    re_path(r"^pictures/(?P<digest>[0-9a-f]{64})-(?P<size>large|small)\.webp\Z", views.picture, name="picture"),
]
