"""Where scrobblers knock, with and without a slash at the end (a redirect would lose their POST), and our player."""

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
    re_path(
        r"^apis/listenbrainz/", include((LISTENBRAINZ_URLS, "alias"))
    ),  # as fans of other servers have it configured
]
