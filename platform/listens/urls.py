"""Where scrobblers knock, with and without a slash at the end (a redirect would lose their POST), and our player."""

from django.urls import include, path, re_path

from listens import door, player_door

API = [
    re_path(r"^1/submit-listens/?\Z", door.submit_listens, name="submit-listens"),
    re_path(r"^1/validate-token/?\Z", door.validate_token, name="validate-token"),
]
urlpatterns = [
    path("listening/plays", player_door.plays, name="listening-plays"),
    re_path(r"^", include(API)),
    re_path(r"^apis/listenbrainz/", include((API, "alias"))),  # as fans of other servers have it configured
]
