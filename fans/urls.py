"""URLs of the fan's pages, the fan's API and receipts."""

from django.urls import path, re_path

from fans import api, tier_api
from fans.views import (
    artist,
    desk,
    experience,
    feed,
    listening,
    media,
    onboarding,
    receipt,
    report,
    settings,
    subscriptions,
    tiers,
)

EXPERIENCE_PATH = "experiences/<uuid:pk>"

SUBSCRIPTION = "subscriptions/<int:pk>"

RECEIPT_KEY = r"(?P<key>[A-Za-z0-9_-]{32})"

urlpatterns = [
    path("", feed.feed, name="feed"),  # config/urls.py has its own view at "", which shows this to signed-in people
    path("feed/new", feed.new_cards, name="feed-new"),
    path("feed/notices", feed.activity_box, name="feed-activity"),
    path("feed/toast", feed.toast, name="feed-toast"),
    path("feed/new-words/later", artist.postpone_words, name="new-words-later"),
    path("feed/hide-ai", feed.set_hide_ai, name="feed-hide-ai"),
    path(EXPERIENCE_PATH, experience.experience_detail, name="experience"),
    path(f"{EXPERIENCE_PATH}/opened", experience.mark_opened, name="experience-open"),
    path(f"{EXPERIENCE_PATH}/pause", experience.set_paused, name="experience-pause"),
    path(f"{EXPERIENCE_PATH}/report", report.report_experience, name="experience-report"),
    path("artists/", artist.artist_list, name="artists"),
    path("artists/<slug:slug>/opt-in", artist.set_opt_in, name="artist-opt-in"),
    path("artists/<slug:slug>/heard", artist.listen_count, name="artist-listen-count"),
    path("artists/<slug:slug>/tiers", tiers.artist_tiers, name="artist-tiers"),
    path("artists/<slug:slug>/tiers/<int:price_id>", tiers.artist_tier, name="artist-tier"),
    path("artists/<slug:slug>/remix/<int:pk>", desk.remix_desk, name="remix-desk"),
    path("remix-previews/<int:pk>", desk.preview_state, name="remix-preview"),
    path("remix-previews/<int:pk>/sound", desk.preview_sound, name="remix-preview-sound"),
    path("orders/<uuid:pk>", tiers.order, name="order"),
    path("orders/<uuid:pk>/cancel", tiers.cancel_order, name="order-cancel"),
    path("orders/<uuid:pk>/resume", tiers.resume_order, name="order-resume"),
    path("subscriptions", subscriptions.own_subscriptions, name="subscriptions"),
    path("subscriptions/limit", subscriptions.change_limit, name="subscriptions-limit"),
    path("subscriptions/card", subscriptions.open_portal, name="subscriptions-card"),
    path(SUBSCRIPTION, subscriptions.choose_price, name="subscription"),
    path(f"{SUBSCRIPTION}/cancel", subscriptions.cancel, name="subscription-cancel"),
    path(f"{SUBSCRIPTION}/resume", subscriptions.resume, name="subscription-resume"),
    path(f"{SUBSCRIPTION}/keep", subscriptions.keep, name="subscription-keep"),
    path(f"{SUBSCRIPTION}/prices/<int:price_id>", subscriptions.change_price, name="subscription-change"),
    path("payments/<int:pk>", subscriptions.payment, name="payment"),
    path("listening", listening.listening_history, name="listening"),
    path("listening/incognito", listening.set_incognito, name="listening-incognito"),
    path("listening/<int:pk>/delete", listening.forget_listen, name="listen-delete"),
    path("listening/<int:pk>/separate", listening.set_separate, name="listen-separate"),
    path("media/<int:pk>", media.recording_audio, name="recording-audio"),
    path("welcome", onboarding.connect_listening, name="welcome"),
    path("welcome/token", onboarding.make_token, name="welcome-token"),
    path("welcome/heard", onboarding.first_listen, name="welcome-first-listen"),
    path("welcome/artists", onboarding.choose_artists, name="welcome-artists"),
    path("welcome/done", onboarding.finish_onboarding, name="welcome-done"),
    path("settings", settings.fan_settings, name="settings"),
    path("settings/name", settings.change_name, name="settings-name"),
    path("settings/name/note", settings.name_note, name="settings-name-note"),
    path("settings/time-zone", settings.change_time_zone, name="settings-time-zone"),
    path("settings/age", settings.raise_age, name="settings-age"),
    path("settings/tokens", settings.make_token, name="settings-tokens"),
    path("settings/tokens/<int:pk>/revoke", settings.revoke_token, name="settings-token-revoke"),
    path("settings/pauses/<int:pk>/resume", settings.resume_program, name="settings-program-resume"),
    path("api/v1/artists/<slug:slug>/opt-in", api.OptInView.as_view(), name="api-opt-in"),
    path("api/v1/artists/<slug:slug>/tiers", tier_api.TierOffersView.as_view(), name="api-artist-tiers"),
    path("api/v1/artists/<slug:slug>/orders", tier_api.OrdersView.as_view(), name="api-orders"),
    path("api/v1/orders/<uuid:pk>", tier_api.OrderView.as_view(), name="api-order"),
    path("api/v1/orders/<uuid:pk>/cancel", tier_api.CancelOrderView.as_view(), name="api-order-cancel"),
    path("api/v1/orders/<uuid:pk>/resume", tier_api.ResumeOrderView.as_view(), name="api-order-resume"),
    path("api/v1/experiences", api.ExperienceListView.as_view(), name="api-experiences"),
    path("api/v1/listens", api.ListenListView.as_view(), name="api-listens"),
    path("api/v1/listens/<int:pk>", api.ListenDetailView.as_view(), name="api-listen"),
    path(f"api/v1/{EXPERIENCE_PATH}", api.ExperienceDetailView.as_view(), name="api-experience"),
    re_path(rf"^r/{RECEIPT_KEY}\.json\Z", receipt.receipt_json, name="receipt-json"),
    re_path(rf"^r/{RECEIPT_KEY}\Z", receipt.receipt, name="receipt"),
]
