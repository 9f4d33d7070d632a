"""URLs of the ListenBrainz API, with or without a final slash (a redirect would lose a POST), and of our player."""

from django.urls import include, path, re_path

from listens import player_api
from listens.listenbrainz import api

USER = r"^1/user/(?P<user_name>[^/]+)"

LISTENBRAINZ_URLS = [
    re_path(r"^1/submit-listens/?\Z", api.submit_listens, name="submit-listens"),
    re_path(r"^1/validate-token/?\Z", api.validate_token, name="validate-token"),
    re_path(rf"{USER}/listens/?\Z", api.user_listens, name="user-listens"),
    re_path(rf"{USER}/listen-count/?\Z", api.listen_count, name="listen-count"),
    re_path(rf"{USER}/playing-now/?\Z", api.playing_now, name="playing-now"),
]
urlpatterns = [
    path("listening/plays", player_api.record_play, name="player-plays"),
    re_path(r"^", include(LISTENBRAINZ_URLS)),
    # Other servers have the API under this path, so some clients add it.
    re_path(r"^apis/listenbrainz/", include((LISTENBRAINZ_URLS, "alias"))),
    re_path(r"^(?:1|apis/listenbrainz)(?:/|\Z)", api.unknown_address, name="unknown-address"),
]
