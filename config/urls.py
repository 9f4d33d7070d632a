"""Every address of the house."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from config import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("health", pages.health, name="health"),
    path("", include("accounts.urls")),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="schema"),
    path("", include("listens.urls")),
    path("", include("artists.urls")),
    path("", include("fans.urls")),
    path("", include("trust.urls")),
    path("", include("live.urls")),
]

if settings.DEBUG:
    from config.demo import links  # not even loaded where no such link may work

    urlpatterns.append(path("demo/<str:key>", links.come_in, name="demo-link"))

handler400 = "config.pages.not_understood"
handler403 = "config.pages.not_allowed"
handler404 = "config.pages.not_there"
handler500 = "config.pages.went_wrong"
