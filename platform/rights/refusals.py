"""Say in words that an artist understands who has not said yes, and what nobody knows."""

from accounts.countries import country_names
from rights.clearance_result import Missing
from rights.models import Claim, Party, Use

UNKNOWN = {
    Claim.Role.RECORDING_OWNER: "Nobody knows who owns {title}",
    Claim.Role.WRITER: "Nobody knows who wrote {title}",
    Claim.Role.PUBLISHER: "Nobody knows all publishers of {title}",
}
OWNS = {
    Claim.Role.RECORDING_OWNER: "owns {title}",
    Claim.Role.WRITER: "wrote {title}",
    Claim.Role.PUBLISHER: "publishes {title}",
}


def describe(missing: Missing) -> str:
    """One yes that is missing, as a studio shows it."""
    match missing.problem:
        case "unknown":
            return UNKNOWN[Claim.Role(missing.role)].format(title=missing.song)
        case "unconfirmed":
            return f"{_name(missing)} has not confirmed that it {_describe_claim(missing)}"
        case "disputed":
            return f"{_name(missing)} {_describe_claim(missing)}: this is disputed"
        case "country":
            return f"{_name(missing)}: {write_use(missing.use)} are not granted {_where(missing.country)}"
        case "refused" if missing.song:
            return f"{_name(missing)}: {write_use(missing.use)} are off for {missing.song}"
        case _:
            return f"{_name(missing)}: {write_use(missing.use)} are off"


def write_use(use: str) -> str:
    """The use within a sentence, for example "personal messages" or "DJ sets"."""
    label = Use(use).label
    return label if label[1].isupper() else label[0].lower() + label[1:]


def _name(missing: Missing) -> str:
    return f"{missing.party} ({Party.Kind(missing.kind).label.lower()})"


def _describe_claim(missing: Missing) -> str:
    return OWNS[Claim.Role(missing.role)].format(title=missing.song)


def _where(country: str) -> str:
    return f"in {country_names().get(country, country)}" if country else "everywhere"
