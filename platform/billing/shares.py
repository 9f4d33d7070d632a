"""Who gets what of a price of a tier, as an example before tax and card fees."""

from typing import NamedTuple

from billing.models import TierPrice
from rights import sales
from rights.money import format_money


class Share(NamedTuple):
    """What one party gets."""

    name: str
    money: str


def list_shares(price: TierPrice, sale: sales.Sale) -> list[Share]:
    """What each party would get of one payment, the largest share first."""
    artist = price.version.tier.artist
    example = sales.example(sale.scheme, sale.owners, price.amount, currency=price.currency, artist=artist)
    amounts: dict[str, int] = {}
    for line in example.lines:
        amounts[line.party] = amounts.get(line.party, 0) + line.amount
    ordered = sorted(amounts.items(), key=lambda share: (-share[1], share[0]))
    return [Share(name, format_money(amount, price.currency)) for name, amount in ordered if amount]
