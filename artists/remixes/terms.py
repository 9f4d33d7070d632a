"""What an offer of remixes says: what a request costs, and how many are free. What a fan may do is in the envelopes."""

from dataclasses import dataclass
from typing import Any, Self

from artists.requests.terms import OfferTerms, read_payment


@dataclass(frozen=True, slots=True)
class RemixTerms(OfferTerms):
    """The terms of an offer of remixes. A principal signs them."""

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Raises InvalidRequest, which says what to change."""
        return cls(*read_payment(cls, data))
