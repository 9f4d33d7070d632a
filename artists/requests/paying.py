"""Lead a fan to where a card is held for a request."""

from math import ceil

from django.urls import reverse

from artists.models import ExperienceRequest, ProgramVersion
from artists.requests import consent_text
from billing import authorisations
from billing.provider_objects import CheckoutSession
from rights.money import format_money
from web.site_links import site_link

DAY_SECONDS = 86_400


def start(request: ExperienceRequest) -> CheckoutSession:
    """Where the fan lets the amount be held. Asking again leads to the same page.

    Raises what `authorisations.start` raises.
    """
    assert request.amount is not None
    price, artist = format_money(request.amount, request.currency), request.artist.name
    page = site_link(reverse("request", args=[request.pk]))
    return authorisations.start(
        request.person,
        request.artist_id,
        reference=str(request),
        amount=request.amount,
        currency=request.currency,
        description=f"A message of {artist[:80]}",
        paper=consent_text.write_paper(artist, price, find_days(request.version)),
        page_of=lambda row: page,
        is_wanted=lambda: _lock_unpaid(request),
    )


def _lock_unpaid(request: ExperienceRequest) -> bool:
    """Whether it still waits for the hold. It cannot end until the transaction has committed."""
    unpaid = ExperienceRequest.objects.filter(pk=request.pk, state=ExperienceRequest.State.PAYING)
    return unpaid.select_for_update(no_key=True).first() is not None


def find_days(version: ProgramVersion) -> int:
    """Within how many days at most an answer comes, as the page says before anything is held."""
    return ceil(version.review_seconds / DAY_SECONDS)
