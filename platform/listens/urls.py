"""URLs of the ListenBrainz API, with or without a final slash (a redirect would lose a POST), and of our player."""

from django.urls import include, path, re_path

from listens import player_api
from listens.listenbrainz import api

LISTENBRAINZ_URLS = [
    re_path(r"^1/submit-listens/?\Z", api.submit_listens, name="submit-listens"),
    re_path(r"^1/validate-token/?\Z", api.validate_token, name="validate-token"),
]
urlpatterns = [
    path("listening/plays", player_api.record_play, name="player-plays"),
    re_path(r"^", include(LISTENBRAINZ_URLS)),
    # Other servers have the API under this path, so some clients add it.
    re_path(r"^apis/listenbrainz/", include((LISTENBRAINZ_URLS, "alias"))),
]
