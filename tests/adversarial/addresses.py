"""Every address by its name, in groups of who may see it. test_access_control.py compares them with the URL table."""

from django.urls import URLPattern, URLResolver, get_resolver

# What an address is about decides who may see it.
PUBLIC_NAMES = {
    "home", "feed", "health", "api-schema", "receipt", "receipt-json", "invitation", "picture",
    # tests/listens/listenbrainz asks them: they know people by tokens, not by sessions
    "submit-listens", "validate-token", "user-listens", "listen-count", "playing-now", "unknown-address",
    "stripe-webhook",  # tests/billing/test_views.py: what is not signed is refused
}  # fmt: skip
SIGNED_IN_NAMES = {
    "api-me", "api-tokens", "api-token", "api-experiences", "api-experience", "api-notices", "api-opt-in",
    "experience-report", "studios", "labels", "player-plays", "api-listens", "api-listen",
    "api-labels", "api-artist-tiers", "api-orders", "api-order", "api-order-cancel",
    "api-order-resume",
}  # fmt: skip
STAFF_API_NAMES = {
    "api-staff-artists", "api-staff-recordings", "api-staff-main-recording", "api-staff-parties",
    "api-staff-signatories", "api-staff-party-invitations", "api-staff-party-mandate", "api-staff-isrc-prefixes",
    "api-staff-isrc-prefix", "api-staff-split-schemes", "api-staff-recording-work", "api-staff-age",
}  # fmt: skip
STAFF_PAGE_NAMES = {"staff-reports", "staff-report-handle", "staff-claims", "staff-claim-settle", "staff-splits"}
STUDIO_API_NAMES = {
    "api-team", "api-grants", "api-grant-songs", "api-grant-effect", "api-review-settings", "api-programs",
    "api-program-versions", "api-program-version-sign",
    "api-program-pause", "api-drafts", "api-refused-moments", "api-draft", "api-draft-approve", "api-draft-edit",
    "api-draft-decline",
    "api-draft-undo", "api-agreements", "api-agreement", "api-agreement-effect", "api-agreement-accept",
    "api-agreement-end", "api-profile", "api-profile-picture", "api-recordings", "api-recording", "api-recording-cover",
    "api-recording-owners", "api-recording-works", "api-recording-work", "api-recording-shares", "api-recording-share",
    "api-tiers", "api-tier", "api-tier-versions", "api-tier-sell",
    "api-imports", "api-imports-named", "api-import", "api-import-confirm",
}  # fmt: skip
# The studio's pages, each with the methods it has. `{draft}`, `{program}`, `{member}`, `{invitation}` are one studio's.
STUDIO_PAGES = {
    "studio": ("/studio/{slug}/", "get"),
    "studio-tasks": ("/studio/{slug}/tasks", "get"),
    "review": ("/studio/{slug}/review", "get"),
    "review-count": ("/studio/{slug}/review/count", "get"),
    "review-item": ("/studio/{slug}/review/{draft}", "get"),
    "review-approve": ("/studio/{slug}/review/{draft}/approve", "post"),
    "review-decline": ("/studio/{slug}/review/{draft}/decline", "post"),
    "review-edit": ("/studio/{slug}/review/{draft}/edit", "get post"),
    "review-mark-preview": ("/studio/{slug}/review/{draft}/mark", "post"),
    "review-skip": ("/studio/{slug}/review/{draft}/skip", "post"),
    "review-undo": ("/studio/{slug}/review/{draft}/undo", "post"),
    "review-hold-renew": ("/studio/{slug}/review/{draft}/hold", "post"),
    "review-queue": ("/studio/{slug}/review/queue?on={draft}", "get"),
    "review-hold-release": ("/studio/{slug}/review/{draft}/leave", "post"),
    "programs": ("/studio/{slug}/programs", "get post"),
    "program": ("/studio/{slug}/programs/{program}", "get post"),
    "program-preview": ("/studio/{slug}/programs/{program}/preview", "post"),
    "program-pause": ("/studio/{slug}/programs/{program}/pause", "post"),
    "program-version": ("/studio/{slug}/programs/{program}/versions/1", "get"),
    "program-version-sign": ("/studio/{slug}/programs/{program}/versions/1/sign", "post"),
    "grants": ("/studio/{slug}/grants", "get post"),
    "songs": ("/studio/{slug}/songs", "get post"),
    "song": ("/studio/{slug}/songs/{song}", "get post"),
    "song-cover": ("/studio/{slug}/songs/{song}/cover", "post"),
    "song-works": ("/studio/{slug}/songs/{song}/works", "post"),
    "song-owners": ("/studio/{slug}/songs/{song}/owners", "post"),
    "song-claim": ("/studio/{slug}/songs/{song}/claims/{claim}", "post"),
    "studio-labels": ("/studio/{slug}/labels", "get"),
    "studio-label-answer": ("/studio/{slug}/labels/{entry}", "post"),
    "studio-agreements": ("/studio/{slug}/agreements", "get"),
    "studio-agreement": ("/studio/{slug}/agreements/{agreement}", "get"),
    "studio-agreement-accept": ("/studio/{slug}/agreements/{agreement}/accept", "post"),
    "studio-agreement-end": ("/studio/{slug}/agreements/{agreement}/end", "post"),
    "studio-imports": ("/studio/{slug}/imports", "get"),
    "studio-import": ("/studio/{slug}/imports/{import}", "get"),
    "studio-import-confirm": ("/studio/{slug}/imports/{import}/confirm", "post"),
    "profile": ("/studio/{slug}/profile", "get post"),
    "profile-picture": ("/studio/{slug}/profile/picture", "post"),
    "team": ("/studio/{slug}/team", "get post"),
    "team-review-settings": ("/studio/{slug}/team/review-settings", "post"),
    "team-member": ("/studio/{slug}/team/{member}", "post"),
    "team-invitation": ("/studio/{slug}/team/invitations/{invitation}", "post"),
    "studio-payouts": ("/studio/{slug}/payouts", "get"),
    "studio-payee": ("/studio/{slug}/payouts/account", "post"),
    "studio-offers": ("/studio/{slug}/offers", "get post"),
    "studio-offer": ("/studio/{slug}/offers/{offer}", "get post"),
    "studio-tiers": ("/studio/{slug}/tiers", "get post"),
    "studio-tier": ("/studio/{slug}/tiers/{tier}", "get post"),
    "studio-tier-archive": ("/studio/{slug}/tiers/{tier}/archive", "post"),
    "studio-tier-sell": ("/studio/{slug}/tiers/{tier}/versions/1/sell", "post"),
    "sent": ("/studio/{slug}/delivered", "get"),
    "history": ("/studio/{slug}/history", "get"),
}
# A fan's pages, each with the methods it has. What names something of one fan is there for nobody else.
FAN_PAGES = {
    "feed-new": ("/feed/new?after=0", "get"),
    "feed-activity": ("/feed/notices", "get"),
    "feed-toast": ("/feed/toast", "get"),
    "feed-hide-ai": ("/feed/hide-ai", "post"),
    "new-words-later": ("/feed/new-words/later", "post"),
    "artists": ("/artists/", "get"),
    "artist": ("/artists/{slug}", "get"),
    "artist-opt-in": ("/artists/{slug}/opt-in", "post"),
    "artist-listen-count": ("/artists/{slug}/heard", "get"),
    "ask": ("/artists/{slug}/ask/{offer}", "get"),
    "requests": ("/requests", "get"),
    "artist-tiers": ("/artists/{slug}/tiers", "get"),
    "artist-tier": ("/artists/{slug}/tiers/{price}", "get"),
    "listening": ("/listening", "get"),
    "listening-incognito": ("/listening/incognito", "post"),
    "recording-audio": ("/media/1", "get"),
    "welcome": ("/welcome", "get"),
    "welcome-token": ("/welcome/token", "post"),
    "welcome-first-listen": ("/welcome/heard", "get"),
    "welcome-artists": ("/welcome/artists", "get"),
    "welcome-done": ("/welcome/done", "post"),
    "settings": ("/settings", "get"),
    "settings-name": ("/settings/name", "post"),
    "settings-name-note": ("/settings/name/note", "post"),
    "settings-time-zone": ("/settings/time-zone", "post"),
    "settings-age": ("/settings/age", "post"),
    "subscriptions": ("/subscriptions", "get"),
    "subscriptions-card": ("/subscriptions/card", "post"),
    "settings-tokens": ("/settings/tokens", "post"),
}
FAN_OWNED_PAGES = {
    "request": ("/requests/{request}", "get"),
    "request-pay": ("/requests/{request}/pay", "post"),
    "request-take-back": ("/requests/{request}/take-back", "post"),
    "request-erase": ("/requests/{request}/erase", "post"),
    "subscription": ("/subscriptions/{subscription}", "get"),
    "subscription-cancel": ("/subscriptions/{subscription}/cancel", "post"),
    "subscription-resume": ("/subscriptions/{subscription}/resume", "post"),
    "subscription-keep": ("/subscriptions/{subscription}/keep", "post"),
    "subscription-change": ("/subscriptions/{subscription}/prices/{price}", "get"),
    "payment": ("/payments/{payment}", "get"),
    "order": ("/orders/{order}", "get"),
    "order-cancel": ("/orders/{order}/cancel", "post"),
    "order-resume": ("/orders/{order}/resume", "post"),
    "listen-delete": ("/listening/{listen}/delete", "post"),
    "listen-separate": ("/listening/{listen}/separate", "post"),
    "experience": ("/experiences/{experience}", "get"),
    "experience-open": ("/experiences/{experience}/opened", "post"),
    "experience-pause": ("/experiences/{experience}/pause", "post"),
    "settings-token-revoke": ("/settings/tokens/{token}/revoke", "post"),
    "settings-program-resume": ("/settings/pauses/{mute}/resume", "post"),
}
# A rightsholder's pages, each with the methods it has. `{entry}` and `{claim}` are of one rightsholder.
LABEL_PAGES = {
    "label-roster": ("/label/{party}/", "get post"),
    "label-roster-end": ("/label/{party}/roster/{entry}/end", "post"),
    "label-switches": ("/label/{party}/artists/{artist}", "get post"),
    "label-history": ("/label/{party}/artists/{artist}/history", "get"),
    "label-export": ("/label/{party}/artists/{artist}/export.csv", "get"),
    "label-claims": ("/label/{party}/claims", "get"),
    "label-claim": ("/label/{party}/claims/{claim}", "post"),
    "label-claims-imported": ("/label/{party}/claims/imports/{named}", "post"),
    "label-team": ("/label/{party}/team", "get post"),
    "label-team-invitation": ("/label/{party}/team/invitations/{invitation}", "post"),
    "label-team-member": ("/label/{party}/team/{member}", "post"),
    "label-agreements": ("/label/{party}/agreements", "get"),
    "label-agreement-new": ("/label/{party}/agreements/new", "get post"),
    "label-agreement": ("/label/{party}/agreements/{version}", "get"),
    "label-agreement-next": ("/label/{party}/agreements/{version}/next", "get post"),
    "label-agreement-accept": ("/label/{party}/agreements/{version}/accept", "post"),
    "label-agreement-end": ("/label/{party}/agreements/{version}/end", "post"),
    "label-payouts": ("/label/{party}/payouts", "get"),
    "label-payee": ("/label/{party}/payouts/account", "post"),
    "label-approvals": ("/label/{party}/approvals", "get"),
    "label-approval": ("/label/{party}/approvals/{draft}", "post"),
    "label-catalogue": ("/label/{party}/catalogue", "get post"),
    "label-catalogue-sample": ("/label/{party}/catalogue/sample.csv", "get"),
    "label-import": ("/label/{party}/catalogue/{import}", "get"),
    "label-import-start": ("/label/{party}/catalogue/{import}/start", "post"),
    "label-import-remove": ("/label/{party}/catalogue/{import}/remove", "post"),
    "label-import-verdicts": ("/label/{party}/catalogue/{import}/verdicts.csv", "get"),
}
API = "/api/v1/labels/{party}"
LABEL_API = {
    "api-label-roster": (f"{API}/roster", "get post"),
    "api-label-roster-end": (f"{API}/roster/{{entry}}/end", "post"),
    "api-label-switches": (f"{API}/artists/{{artist}}/switches", "get post"),
    "api-label-switch-songs": (f"{API}/artists/{{artist}}/switches/songs", "get"),
    "api-label-history": (f"{API}/artists/{{artist}}/history", "get"),
    "api-label-claims": (f"{API}/claims", "get"),
    "api-label-claim": (f"{API}/claims/{{claim}}", "get post"),
    "api-label-claims-imported": (f"{API}/claims/imports", "get"),
    "api-label-claims-confirm-imported": (f"{API}/claims/imports/{{named}}", "post"),
    "api-label-team": (f"{API}/team", "get post"),
    "api-label-approvals": (f"{API}/approvals", "get"),
    "api-label-approval": (f"{API}/approvals/{{draft}}", "post"),
    "api-label-agreements": (f"{API}/agreements", "get post"),
    "api-label-agreement-dry-run": (f"{API}/agreements/dry-run", "post"),
    "api-label-agreement": (f"{API}/agreements/{{version}}", "get"),
    "api-label-agreement-next": (f"{API}/agreements/{{version}}/next", "post"),
    "api-label-agreement-effect": (f"{API}/agreements/{{version}}/dry-run", "get"),
    "api-label-agreement-accept": (f"{API}/agreements/{{version}}/accept", "post"),
    "api-label-agreement-end": (f"{API}/agreements/{{version}}/end", "post"),
    "api-label-imports": (f"{API}/imports", "get post"),
    "api-label-import": (f"{API}/imports/{{import}}", "get delete"),
    "api-label-import-start": (f"{API}/imports/{{import}}/start", "post"),
    "api-label-import-lines": (f"{API}/imports/{{import}}/lines", "get"),
}


def url_patterns(resolver: URLResolver | None = None) -> list[URLPattern]:
    found: list[URLPattern] = []
    for entry in (resolver or get_resolver()).url_patterns:
        found += url_patterns(entry) if isinstance(entry, URLResolver) else [entry]
    return found


def url_names() -> set[str]:
    every = {str(pattern.name) for pattern in url_patterns()}
    return {name for name in every if not name.startswith("account_")}
