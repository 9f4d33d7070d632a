"""The terms of a gift, as they are shown before the button and stored with the gift, word for word."""

from django.conf import settings

from billing.models import TierPrice
from billing.terms import Term
from billing.tier_terms import TierTerms
from rights.money import format_money

CONSENT = "I know that I can take it back until somebody redeems it, and not after that."


def write_months(months: int) -> str:
    return f"{months} month{'s' if months > 1 else ''}"


def list_included(price: TierPrice) -> list[str]:
    return TierTerms.of(price.version).list_included()


def list_terms(price: TierPrice, months: int) -> list[Term]:
    """The terms of some months at this monthly price, which has its version."""
    amount = format_money(price.amount * months, price.currency)
    return [
        Term("Today", f"{amount}, tax included. You pay once, and nothing renews."),
        Term("The gift", f"{write_months(months)}, from the day on which somebody redeems it. Then it ends by itself."),
        Term("It includes", "; ".join(list_included(price)) + "."),
        Term("For whom", "Whoever has the link and an account here, of any age. You pass the link on yourself."),
        Term("Who has a tier of this artist", "Can redeem it when that has ended."),
        Term("You change your mind", "Take it back until somebody redeems it. You get everything back."),
        Term("Nobody redeems it", f"After {settings.GIFT_TIME.days} days you get everything back."),
    ]


def write_paper(price: TierPrice, months: int) -> str:
    """Everything that the giver agrees to, as text."""
    version = price.version
    heading = f"A gift of {version.tier.artist.name}: {version.name}, terms {version.version} ({version.terms_hash})"
    listed = (f"{term.about}: {term.sentence}" for term in list_terms(price, months))
    return "\n".join([heading, *listed, CONSENT])
