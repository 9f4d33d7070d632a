"""Lead a fan to where a card is held for a request."""

from django.urls import reverse

from artists.models import ExperienceRequest, Program
from artists.requests.consent_text import WHAT
from billing import authorisations
from billing.provider_objects import CheckoutSession
from web.site_links import site_link


def start(request: ExperienceRequest) -> CheckoutSession:
    """Where the fan lets the amount be held, for the words that the request was asked with.

    Asking again leads to the same page.

    Raises what `authorisations.start` raises.
    """
    assert request.amount is not None
    page = site_link(reverse("request", args=[request.pk]))
    return authorisations.start(
        request.person,
        request.artist_id,
        reference=str(request),
        amount=request.amount,
        currency=request.currency,
        description=f"A {WHAT[Program.Kind(request.program.kind)]} of {request.artist.name[:80]}",
        paper=request.consent.words,
        page_of=lambda row: page,
        is_wanted=lambda: _lock_unpaid(request),
    )


def _lock_unpaid(request: ExperienceRequest) -> bool:
    """Whether it still waits for the hold. It cannot end until the transaction has committed."""
    unpaid = ExperienceRequest.objects.filter(pk=request.pk, state=ExperienceRequest.State.PAYING)
    return unpaid.select_for_update(no_key=True).first() is not None
