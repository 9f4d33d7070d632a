"""URLs of accounts: the pages of allauth that we offer, and the API of one's own account.

allauth's own URLconf would also offer sign-in codes and accounts without a password.
"""

from allauth.account import views
from django.urls import path, re_path

from accounts import api

PAGES = "accounts"

urlpatterns = [
    path(f"{PAGES}/signup/", views.signup, name="account_signup"),
    path(f"{PAGES}/login/", views.login, name="account_login"),
    path(f"{PAGES}/logout/", views.logout, name="account_logout"),
    path(f"{PAGES}/inactive/", views.account_inactive, name="account_inactive"),
    path(f"{PAGES}/reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path(f"{PAGES}/email/", views.email, name="account_email"),
    path(f"{PAGES}/confirm-email/", views.email_verification_sent, name="account_email_verification_sent"),
    re_path(rf"^{PAGES}/confirm-email/(?P<key>[-:\w]+)/\Z", views.confirm_email, name="account_confirm_email"),
    path(f"{PAGES}/password/change/", views.password_change, name="account_change_password"),
    path(f"{PAGES}/password/reset/", views.password_reset, name="account_reset_password"),
    path(f"{PAGES}/password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        rf"^{PAGES}/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/\Z",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        f"{PAGES}/password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("api/v1/me", api.MeView.as_view(), name="api-me"),
    path("api/v1/tokens", api.TokensView.as_view(), name="api-tokens"),
    path("api/v1/tokens/<int:pk>", api.TokenView.as_view(), name="api-token"),
]
