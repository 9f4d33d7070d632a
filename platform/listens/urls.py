"""Where scrobblers knock. With and without a slash at the end: a redirect would lose what they POST."""

from django.urls import include, re_path

from listens import door

API = [
    re_path(r"^1/submit-listens/?\Z", door.submit_listens, name="submit-listens"),
    re_path(r"^1/validate-token/?\Z", door.validate_token, name="validate-token"),
]
urlpatterns = [
    re_path(r"^", include(API)),
    re_path(r"^apis/listenbrainz/", include((API, "alias"))),  # as fans of other servers have it configured
]
