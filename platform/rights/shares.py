"""The roles in which parties own and are paid, and shares of a role in basis points, without the database."""

from django.db.models import TextChoices

WHOLE = 10_000
"""All shares of one role, or of one scheme, together: in basis points."""
NBSP = "\N{NO-BREAK SPACE}"


class Role(TextChoices):
    """Who is paid of a sale. A split scheme gives shares to roles, and claims say which parties have them."""

    PLATFORM = "platform", "Platform"
    RECORDING_OWNER = "recording_owner", "Owner of the recording"
    FEATURED_ARTIST = "featured_artist", "Featured artist"
    SESSION_POOL = "session_pool", "Session pool"
    PUBLISHER = "publisher", "Publisher"
    WRITER = "writer", "Writer"


RECORDING_ROLES = (Role.RECORDING_OWNER, Role.FEATURED_ARTIST, Role.SESSION_POOL)
WORK_ROLES = (Role.WRITER, Role.PUBLISHER)
CLAIMED_ROLES = [(role.value, role.label) for role in Role if role is not Role.PLATFORM]
"""The roles that a party can claim, as choices of a field."""
PLURALS = {
    Role.RECORDING_OWNER: "owners",
    Role.FEATURED_ARTIST: "featured artists",
    Role.SESSION_POOL: "session pool",
    Role.PUBLISHER: "publishers",
    Role.WRITER: "writers",
}
"""Who has the shares of a role, in a sentence such as "Shares of the writers …"."""


def format_share(basis_points: int) -> str:
    """A share in percent, for example "33.33 %" or "50 %". The space does not break."""
    whole, hundredths = divmod(basis_points, 100)
    return f"{whole}.{hundredths:02}{NBSP}%" if hundredths else f"{whole}{NBSP}%"


def describe_gap(total: int) -> str:
    """For example "add up to 99.99 %: 0.01 % is missing"."""
    much = "is missing" if total < WHOLE else "is too much"
    return f"add up to {format_share(total)}: {format_share(abs(WHOLE - total))} {much}"
