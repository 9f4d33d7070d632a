"""All URLs that return a page, with the person who opens each. Tests and `make screenshots` go through them.

A test fails if a URL name is in neither PAGE_URLS nor NOT_PAGES.
"""

from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

from tests.operator import addresses as operator


@dataclass(frozen=True)
class PageURL:
    path: str
    """With {artist}, {draft}, {experience}, {program}, {song}, {receipt}, {invitation}, {party}, {import} and
    {agreement}."""
    viewer: str = "fan"
    """nobody, newcomer, fan, principal, signatory or staff. test_every_page adds more."""


STUDIO = "/studio/{artist}"
PAGE_URLS = {
    "home": PageURL("/", "nobody"),
    "account_signup": PageURL("/accounts/signup/", "nobody"),
    "account_login": PageURL("/accounts/login/", "nobody"),
    "account_inactive": PageURL("/accounts/inactive/", "nobody"),
    "account_email_verification_sent": PageURL("/accounts/confirm-email/", "nobody"),
    "account_confirm_email": PageURL("/accounts/confirm-email/nothing/", "nobody"),
    "account_reset_password": PageURL("/accounts/password/reset/", "nobody"),
    "account_reset_password_done": PageURL("/accounts/password/reset/done/", "nobody"),
    "account_reset_password_from_key": PageURL("/accounts/password/reset/key/1-nothing/", "nobody"),
    "account_reset_password_from_key_done": PageURL("/accounts/password/reset/key/done/", "nobody"),
    "account_logout": PageURL("/accounts/logout/"),
    "account_reauthenticate": PageURL("/accounts/reauthenticate/"),
    "account_email": PageURL("/accounts/email/"),
    "account_change_password": PageURL("/accounts/password/change/"),
    "welcome": PageURL("/welcome", "newcomer"),
    "welcome-artists": PageURL("/welcome/artists", "newcomer"),
    "feed": PageURL("/"),
    "experience": PageURL("/experiences/{experience}"),
    "experience-report": PageURL("/experiences/{experience}/report"),
    "receipt": PageURL("/r/{receipt}", "nobody"),
    "artists": PageURL("/artists/"),
    "artist": PageURL("/artists/{artist}"),
    "shelf": PageURL("/artists/{artist}/shelf"),
    "ask": PageURL("/artists/{artist}/ask/{offer}"),
    "requests": PageURL("/requests"),
    "request": PageURL("/requests/{request}"),
    "artist-tiers": PageURL("/artists/{artist}/tiers"),
    "artist-tier": PageURL("/artists/{artist}/tiers/{price}"),
    "remix-desk": PageURL("/artists/{artist}/remix/{remix}"),
    "ask-remix": PageURL("/artists/{artist}/remix/{remix}/ask"),
    "gift-new": PageURL("/artists/{artist}/tiers/{price}/gift"),
    "gift": PageURL("/gifts/{gift}"),
    "gift-redeem": PageURL("/gifts/{gift_token}/redeem"),
    "order": PageURL("/orders/{order}"),
    "subscriptions": PageURL("/subscriptions"),
    "subscription": PageURL("/subscriptions/{subscription}"),
    "subscription-change": PageURL("/subscriptions/{subscription}/prices/{other_price}"),
    "payment": PageURL("/payments/{payment}"),
    "listening": PageURL("/listening"),
    "settings": PageURL("/settings"),
    "invitation": PageURL("/invitations/{invitation}"),
    "studios": PageURL("/studio/", "staff"),
    "studio": PageURL(f"{STUDIO}/", "principal"),
    "review": PageURL(f"{STUDIO}/review", "principal"),
    "review-item": PageURL(f"{STUDIO}/review/{{draft}}", "principal"),
    "review-edit": PageURL(f"{STUDIO}/review/{{draft}}/edit", "principal"),
    "programs": PageURL(f"{STUDIO}/programs", "principal"),
    "program": PageURL(f"{STUDIO}/programs/{{program}}", "principal"),
    "program-version": PageURL(f"{STUDIO}/programs/{{program}}/versions/1", "principal"),
    "grants": PageURL(f"{STUDIO}/grants", "principal"),
    "songs": PageURL(f"{STUDIO}/songs", "principal"),
    "song": PageURL(f"{STUDIO}/songs/{{song}}", "principal"),
    "song-remixes": PageURL(f"{STUDIO}/songs/{{song}}/remixes", "principal"),
    "studio-shelf": PageURL(f"{STUDIO}/shelf", "principal"),
    "studio-stems": PageURL(f"{STUDIO}/songs/{{song}}/stems", "principal"),
    "studio-labels": PageURL(f"{STUDIO}/labels", "principal"),
    "studio-imports": PageURL(f"{STUDIO}/imports", "principal"),
    "studio-import": PageURL(f"{STUDIO}/imports/{{imported}}", "principal"),
    "studio-payouts": PageURL(f"{STUDIO}/payouts", "principal"),
    "studio-offers": PageURL(f"{STUDIO}/offers", "principal"),
    "studio-offer": PageURL(f"{STUDIO}/offers/{{offer}}", "principal"),
    "studio-earnings": PageURL(f"{STUDIO}/earnings", "principal"),
    "studio-statement": PageURL(f"{STUDIO}/earnings/{{statement}}", "principal"),
    "studio-subscribers": PageURL(f"{STUDIO}/subscribers", "principal"),
    "studio-tiers": PageURL(f"{STUDIO}/tiers", "principal"),
    "studio-tier": PageURL(f"{STUDIO}/tiers/{{tier}}", "principal"),
    "studio-promotions": PageURL(f"{STUDIO}/promotions", "principal"),
    "profile": PageURL(f"{STUDIO}/profile", "principal"),
    "team": PageURL(f"{STUDIO}/team", "principal"),
    "sent": PageURL(f"{STUDIO}/delivered", "principal"),
    "history": PageURL(f"{STUDIO}/history", "principal"),
    "labels": PageURL("/label/", "staff"),
    "label-roster": PageURL("/label/{party}/", "signatory"),
    "label-switches": PageURL("/label/{party}/artists/{artist}", "signatory"),
    "label-history": PageURL("/label/{party}/artists/{artist}/history", "signatory"),
    "label-earnings": PageURL("/label/{party}/earnings", "signatory"),
    "label-statement": PageURL("/label/{party}/earnings/{label_statement}", "signatory"),
    "label-team": PageURL("/label/{party}/team", "signatory"),
    "label-claims": PageURL("/label/{party}/claims", "signatory"),
    "label-payouts": PageURL("/label/{party}/payouts", "signatory"),
    "label-approvals": PageURL("/label/{party}/approvals", "signatory"),
    "staff-claims": PageURL("/desk/claims", "staff"),
    "staff-splits": PageURL("/desk/splits", "staff"),
    "label-catalogue": PageURL("/label/{party}/catalogue", "signatory"),
    "label-import": PageURL("/label/{party}/catalogue/{import}", "signatory"),
    "label-agreements": PageURL("/label/{party}/agreements", "signatory"),
    "label-agreement-new": PageURL("/label/{party}/agreements/new", "signatory"),
    "label-agreement": PageURL("/label/{party}/agreements/{agreement}", "signatory"),
    "label-agreement-next": PageURL("/label/{party}/agreements/{agreement}/next", "signatory"),
    "studio-agreements": PageURL(f"{STUDIO}/agreements", "principal"),
    "studio-agreement": PageURL(f"{STUDIO}/agreements/{{agreement}}", "principal"),
    "staff-reports": PageURL("/desk/reports", "staff"),
    "staff-ages": PageURL("/desk/ages", "staff"),
    "staff-models": PageURL("/desk/models", "staff"),
}
NOT_PAGES = {
    # for programs
    "stripe-webhook",
    "health", "api-schema", "submit-listens", "validate-token", "user-listens", "listen-count", "playing-now",
    "unknown-address", "api-me", "api-tokens", "api-token", "api-notices",
    "api-opt-in", "api-labels", "api-experiences", "api-listens", "api-listen",
    "api-experience", "receipt-json", "api-staff-artists", "api-staff-parties", "api-staff-signatories",
    "api-staff-party-invitations", "api-staff-party-mandate",
    "api-staff-recordings", "api-staff-main-recording", "api-staff-recording-work",
    "api-staff-isrc-prefixes", "api-staff-isrc-prefix",
    "api-team", "api-member", "api-invitations", "api-invitation", "api-grants", "api-grant-songs", "api-grant-effect",
    "api-review-settings", "api-programs", "api-program-versions", "api-program-version-sign", "api-program-pause",
    "api-drafts",
    "api-profile", "api-profile-picture", "api-recordings", "api-recording", "api-recording-cover",
    "api-refused-moments", "api-draft", "api-draft-approve", "api-draft-edit", "api-draft-decline", "api-draft-undo",
    "api-recording-owners", "api-recording-works", "api-recording-work", "api-recording-shares", "api-recording-share",
    "api-label-roster", "api-label-roster-end", "api-label-team", "api-label-switches",
    "api-label-member", "api-label-invitations", "api-label-invitation",
    "api-label-switch-songs", "api-label-history", "api-label-claims",
    "api-label-approvals", "api-label-approval",
    "api-statements", "api-statement", "api-payouts", "api-standing",
    "api-label-statements", "api-label-statement", "api-label-payouts", "api-label-standing",
    "api-label-claims-imported", "api-label-claims-confirm-imported",
    "api-artist-labels", "api-artist-label-answer", "api-artist-label-end",
    "api-imports", "api-imports-named", "api-import", "api-import-confirm",
    "api-label-claim", "api-label-imports", "api-label-import", "api-label-import-start", "api-label-import-lines",
    # forms, which redirect to a page
    "feed-hide-ai", "new-words-later",
    "experience-open", "experience-pause", "experience-plays", "experience-player",
    "experience-recording", "artist-opt-in", "welcome-token", "welcome-done",
    "settings-name", "settings-time-zone", "settings-age", "api-staff-age",
    "settings-tokens", "settings-token-revoke", "settings-program-resume", "listening-incognito",
    "listen-delete", "listen-separate", "player-plays", "review-approve",
    "review-decline", "review-mark-preview", "review-skip", "review-undo", "review-hold-renew",
    "review-hold-release", "review-heard", "program-preview", "program-pause", "program-version-sign",
    "program-suggest", "program-suggestion-drop",
    "team-review-settings", "studio-promotion-end", "gift-take-back",
    "team-member", "team-invitation", "profile-picture", "song-cover", "song-works", "song-owners", "song-claim",
    "song-remix-corners", "song-remix-corner", "song-remix-heard", "song-remix-sign", "song-remix-end",
    "studio-stem-files", "studio-stem-file", "studio-stem-audio", "staff-report-handle", "staff-model-change",
    "studio-label-answer", "studio-import-confirm",
    "label-roster-end", "label-claim", "label-claims-imported", "label-approval", "staff-claim-settle",
    "label-import-start", "label-import-remove", "label-import-verdicts",
    "studio-statement-csv", "studio-statement-pdf", "label-statement-csv", "label-statement-pdf",
    "label-catalogue-sample", "label-export",
    "label-team-invitation", "label-team-member",
    "api-label-agreements", "api-label-agreement", "api-label-agreement-dry-run", "api-label-agreement-next",
    "api-label-agreement-effect", "api-label-agreement-accept", "api-label-agreement-end",
    "api-tiers", "api-tier", "api-tier-versions", "api-tier-sell", "api-artist-tiers", "api-orders", "api-order",
    "api-promotions", "api-promotion-end",
    "api-stems", "api-stems-confirm", "api-stems-listen", "api-stem-file",
    "api-limits", "api-limits-sign", "api-corners", "api-corner-heard",
    "api-artist-gifts", "api-gifts", "api-gift", "api-gift-take-back", "api-gift-redeem",
    "api-remix-desk", "api-remix-requests",
    "api-artist-offers", "api-requests", "api-request", "api-request-note", "api-request-payment",
    "request-pay", "request-take-back", "request-erase",
    "remix-preview", "remix-preview-sound", "api-order-cancel", "api-order-resume", "order-cancel", "order-resume",
    "subscriptions-card", "subscriptions-limit", "subscription-cancel", "subscription-resume", "subscription-keep",
    "studio-tier-sell", "studio-tier-archive", "studio-payee", "label-payee",
    "api-agreements", "api-agreement", "api-agreement-effect", "api-agreement-accept", "api-agreement-end",
    "api-staff-split-schemes", "api-staff-disputes", "api-staff-dispute",
    "label-agreement-accept", "label-agreement-end", "studio-agreement-accept", "studio-agreement-end",
    # parts of a page, audio files and pictures
    "settings-name-note",
    "feed-new", "feed-activity", "feed-toast", "artist-listen-count", "welcome-first-listen", "studio-tasks",
    "review-count",
    "review-queue", "recording-audio", "picture", "experience-sound", "review-sound", "label-approval-sound",
    "shelf-entry", "experience-shelf", "shelf-report", "experience-shelf-off", "shelf-sound", "shelf-plays",
    "shelf-player", "studio-shelf-sound",
    "studio-shelf-decide", "api-shelf", "api-experience-shelf", "api-shelf-report", "api-studio-shelf",
    "api-studio-shelf-decide",
    # the first three are pages, of a shared remix alone: tests/browser/test_shelf.py looks at them
    "review-suggest",  # a page, of a remix alone: tests/browser/test_remix_review.py looks at it
}  # fmt: skip


NOT_PAGES |= operator.URL_NAMES  # Django's pages: tests/browser/test_operator.py looks at them


def url_names(resolver: URLResolver | None = None) -> set[str]:
    """The names of all URLs."""
    names: set[str] = set()
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            names |= url_names(entry)
        elif isinstance(entry, URLPattern):
            names.add(str(entry.name))
    return names
