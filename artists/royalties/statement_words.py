"""The words of statements, for pages and files alike."""

from dataclasses import dataclass

from artists.models import StatementHold, StatementLine
from rights.models import Use
from rights.money import format_money
from rights.shares import NBSP, Role

KINDS = {
    "refund": "refund",
    "dispute_lost": "payment lost to a fan’s bank",
    "reversal": "refund or dispute that was undone",
}
USES = {
    Use.TIER: "tier",
    Use.PERSONAL_MESSAGE: "personal message",
    Use.REMIX: "remix",
    Use.SHARE: "shared remix",
    Use.PLAYLIST: "playlist",
    Use.DJ: "DJ set",
}
ROLES = {
    Role.RECORDING_OWNER: "as owner of the recording",
    Role.FEATURED_ARTIST: "as performer",
    Role.SESSION_POOL: "for the session pool",
    Role.PUBLISHER: "as publisher",
    Role.WRITER: "as writer",
}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as it is read."""

    amount: int
    currency: str

    def __str__(self) -> str:
        """With the proper sign for minus, which screen readers say."""
        return format_money(self.amount, self.currency).replace("-", "−")

    @property
    def signed(self) -> str:
        return f"+{self}" if self.amount > 0 else str(self)


def name_line(line: StatementLine) -> str:
    """What it is about: the song, or the tier, or what was asked for."""
    return line.title or line.tier_name or USES[Use(line.use)].capitalize()


def describe_line(line: StatementLine) -> str:
    """The experience, in which way it was paid, and in which role the party gets it."""
    words = [USES[Use(line.use)]]
    if line.use == Use.TIER and line.interval:
        words = [f"tier, paid {line.interval}ly" + (", 1/12" if line.interval == "year" else "")]
    elif line.income == Use.TIER:
        words.append(f"of {line.tier_name}")
    else:
        words.append("asked for")
    if line.title:
        words.append(ROLES[Role(line.role)])
    if kind := KINDS.get(line.kind):
        words.insert(0, kind)
    return ", ".join(words)


def describe_hold(hold: StatementHold) -> str:
    """Why something is held back."""
    return f"It is disputed who is {Role(hold.claim.role).label.lower()} of {hold.title}"


def write_share(millionths: int) -> str:
    """A share of a basis in percent, for example "80 %" or "33.33 %"."""
    hundredths = (millionths + 50) // 100
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02}{NBSP}%" if rest else f"{whole}{NBSP}%"
