"""Who gets what of a price, as an example before tax and card fees."""

from typing import NamedTuple

from catalog.models import Artist
from rights import sales
from rights.money import format_money


class Share(NamedTuple):
    """What one party gets."""

    name: str
    money: str


def list_shares(amount: int, currency: str, artist: Artist, sale: sales.Sale) -> list[Share]:
    """What each party would get of one payment, the largest share first."""
    example = sales.example(sale.scheme, sale.owners, amount, currency=currency, artist=artist)
    amounts: dict[str, int] = {}
    for line in example.lines:
        amounts[line.party] = amounts.get(line.party, 0) + line.amount
    ordered = sorted(amounts.items(), key=lambda share: (-share[1], share[0]))
    return [Share(name, format_money(part, currency)) for name, part in ordered if part]
