"""Every address of the house that answers with a page, who looks at it, and how it is filled in.

The tests go through it, and `make screenshots` too. A name of the URL table that is in neither table fails a test."""

from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Place:
    path: str
    """With {artist}, {draft}, {experience}, {program}, {receipt} and {invitation}."""
    who: str = "fan"
    """nobody, newcomer, fan, principal or staff."""


STUDIO = "/studio/{artist}"
PLACES = {
    "home": Place("/", "nobody"),
    "account_signup": Place("/accounts/signup/", "nobody"),
    "account_login": Place("/accounts/login/", "nobody"),
    "account_inactive": Place("/accounts/inactive/", "nobody"),
    "account_email_verification_sent": Place("/accounts/confirm-email/", "nobody"),
    "account_confirm_email": Place("/accounts/confirm-email/nothing/", "nobody"),
    "account_reset_password": Place("/accounts/password/reset/", "nobody"),
    "account_reset_password_done": Place("/accounts/password/reset/done/", "nobody"),
    "account_reset_password_from_key": Place("/accounts/password/reset/key/1-nothing/", "nobody"),
    "account_reset_password_from_key_done": Place("/accounts/password/reset/key/done/", "nobody"),
    "account_logout": Place("/accounts/logout/"),
    "account_reauthenticate": Place("/accounts/reauthenticate/"),
    "account_email": Place("/accounts/email/"),
    "account_change_password": Place("/accounts/password/change/"),
    "welcome": Place("/welcome", "newcomer"),
    "welcome-artists": Place("/welcome/artists", "newcomer"),
    "feed": Place("/"),
    "experience-page": Place("/experiences/{experience}"),
    "experience-report": Place("/experiences/{experience}/report"),
    "receipt": Place("/r/{receipt}", "nobody"),
    "artists": Place("/artists/"),
    "artist": Place("/artists/{artist}"),
    "listening": Place("/listening"),
    "settings": Place("/settings"),
    "invitation": Place("/invitations/{invitation}"),
    "studios": Place("/studio/", "staff"),
    "studio": Place(f"{STUDIO}/", "principal"),
    "review": Place(f"{STUDIO}/review", "principal"),
    "review-item": Place(f"{STUDIO}/review/{{draft}}", "principal"),
    "review-edit": Place(f"{STUDIO}/review/{{draft}}/edit", "principal"),
    "programs": Place(f"{STUDIO}/programs", "principal"),
    "program": Place(f"{STUDIO}/programs/{{program}}", "principal"),
    "program-version": Place(f"{STUDIO}/programs/{{program}}/versions/1", "principal"),
    "grants": Place(f"{STUDIO}/grants", "principal"),
    "team": Place(f"{STUDIO}/team", "principal"),
    "delivered": Place(f"{STUDIO}/delivered", "principal"),
    "history": Place(f"{STUDIO}/history", "principal"),
    "desk-reports": Place("/desk/reports", "staff"),
}
NO_PAGES = {
    # asked by programs
    "health", "schema", "submit-listens", "validate-token", "me", "tokens", "token", "notices", "opt-in", "experiences",
    "experience", "receipt-json", "staff-artists", "staff-recordings", "studio-team", "studio-grants",
    "studio-practice", "studio-programs", "program-versions", "program-sign", "program-pause", "studio-drafts",
    "studio-refused", "draft", "draft-approve", "draft-edit", "draft-decline", "draft-undo",
    # forms, which lead back to a page
    "human-only", "experience-opened", "experience-pause", "artist-opt-in", "welcome-token", "welcome-done",
    "settings-name", "settings-tokens", "settings-token-revoke", "settings-resume", "listening-incognito",
    "listening-forget", "listening-plays", "review-approve",
    "review-decline", "review-mark", "review-skip", "review-undo", "review-hold", "review-leave", "program-preview",
    "program-turn", "program-version-sign", "team-practice", "team-member", "team-invitation", "desk-report",
    # parts of a page, and what a player plays
    "feed-fresh", "feed-notices", "toast", "artist-heard", "welcome-heard", "studio-needs", "review-count",
    "review-line", "media",
}  # fmt: skip


def names(resolver: URLResolver | None = None) -> set[str]:
    """Of every address there is."""
    found: set[str] = set()
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            found |= names(entry)
        elif isinstance(entry, URLPattern):
            found.add(str(entry.name))
    return found
