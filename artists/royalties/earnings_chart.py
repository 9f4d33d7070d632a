"""The chart of what a party earned month by month: positions and lengths that a template puts into SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from artists.royalties.statement_words import Money

WIDTH, HEIGHT, TOP, FOOT = 720, 190, 28, 24


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    money: str
    x: int
    width: int
    y: int
    length: int
    is_open: bool

    @property
    def middle(self) -> int:
        return self.x + self.width // 2

    @property
    def number_y(self) -> int:
        return self.y - 6


@dataclass(frozen=True, slots=True)
class EarningsChart:
    bars: Sequence[Bar]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def name_y(self) -> int:
        return self.height - 6


def draw(months: Sequence[tuple[str, int]], so_far: int, currency: str) -> EarningsChart:
    """A bar for each closed month, and one for the open month, in whole units. Less than nothing has no length."""
    values = [*((name, amount, False) for name, amount in months), ("Now", so_far, True)]
    most = max([1, *(amount for _, amount, _ in values)])
    step = WIDTH // len(values)
    width = min(step * 2 // 3, 80)
    bars = []
    for at, (name, amount, is_open) in enumerate(values):
        length = (HEIGHT - TOP - FOOT) * max(amount, 0) // most
        x = at * step + (step - width) // 2
        bars.append(Bar(name, str(Money(amount, currency)), x, width, HEIGHT - FOOT - length, length, is_open))
    return EarningsChart(bars)
