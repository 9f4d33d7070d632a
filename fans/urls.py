"""The fan's addresses."""

from django.urls import path, re_path

from fans import (
    api,
    artist_pages,
    experience_page,
    feed,
    listening_page,
    media,
    news,
    receipts,
    report_page,
    settings_page,
    welcome,
)

EXPERIENCE = "experiences/<uuid:pk>"

RECEIPT = r"(?P<key>[A-Za-z0-9_-]{32})"

urlpatterns = [
    path("", feed.page, name="feed"),  # config's front door, which stands before it, leads in who is signed in
    path("feed/fresh", feed.fresh, name="feed-fresh"),
    path("feed/notices", news.part, name="feed-notices"),
    path("feed/toast", feed.toast, name="toast"),
    path("feed/human-only", feed.human_only, name="human-only"),
    path(EXPERIENCE, experience_page.page, name="experience-page"),
    path(f"{EXPERIENCE}/opened", experience_page.opened, name="experience-opened"),
    path(f"{EXPERIENCE}/pause", experience_page.pause, name="experience-pause"),
    path(f"{EXPERIENCE}/report", report_page.page, name="experience-report"),
    path("artists/", artist_pages.index, name="artists"),
    path("artists/<slug:slug>/opt-in", artist_pages.opt_in, name="artist-opt-in"),
    path("artists/<slug:slug>/heard", artist_pages.heard, name="artist-heard"),
    path("listening", listening_page.page, name="listening"),
    path("listening/incognito", listening_page.pause, name="listening-incognito"),
    path("listening/<int:pk>/delete", listening_page.forget, name="listening-forget"),
    path("media/<int:pk>", media.sound, name="media"),
    path("welcome", welcome.page, name="welcome"),
    path("welcome/token", welcome.token, name="welcome-token"),
    path("welcome/heard", welcome.heard, name="welcome-heard"),
    path("welcome/artists", welcome.artists, name="welcome-artists"),
    path("welcome/done", welcome.done, name="welcome-done"),
    path("settings", settings_page.page, name="settings"),
    path("settings/name", settings_page.name, name="settings-name"),
    path("settings/tokens", settings_page.make_token, name="settings-tokens"),
    path("settings/tokens/<int:pk>/revoke", settings_page.revoke_token, name="settings-token-revoke"),
    path("settings/pauses/<int:pk>/resume", settings_page.resume, name="settings-resume"),
    path("api/v1/artists/<slug:slug>/opt-in", api.OptInView.as_view(), name="opt-in"),
    path("api/v1/experiences", api.ExperienceList.as_view(), name="experiences"),
    path(f"api/v1/{EXPERIENCE}", api.ExperienceDetail.as_view(), name="experience"),
    re_path(rf"^r/{RECEIPT}\.json\Z", receipts.as_json, name="receipt-json"),
    re_path(rf"^r/{RECEIPT}\Z", receipts.page, name="receipt"),
]
