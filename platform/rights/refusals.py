"""Say in words that an artist understands who has not said yes, and what nobody knows."""

from accounts.countries import country_names
from rights.clearance_result import ClearanceRefusal, Missing
from rights.models import Party, Use
from rights.shares import PLURALS, Role, describe_gap

UNKNOWN = {
    Role.RECORDING_OWNER: "Nobody knows who owns {title}",
    Role.FEATURED_ARTIST: "Nobody knows who performs on {title}",
    Role.SESSION_POOL: "Nobody knows the session pool of {title}",
    Role.WRITER: "Nobody knows who wrote {title}",
    Role.PUBLISHER: "Nobody knows all publishers of {title}",
}
OWNS: dict[str, tuple[str, str]] = {
    Role.RECORDING_OWNER: ("owns {title}", "own {title}"),
    Role.FEATURED_ARTIST: ("performs on {title}", "perform on {title}"),
    Role.SESSION_POOL: ("has the session pool of {title}", "have the session pool of {title}"),
    Role.WRITER: ("wrote {title}", "wrote {title}"),
    Role.PUBLISHER: ("publishes {title}", "publish {title}"),
}
"""What a claim says, after a name and after "they"."""


def describe_for_fan(refusal: ClearanceRefusal) -> str:
    """What is missing before something is made for a fan, without the country: a team does not learn where a fan is."""
    return "; ".join(dict.fromkeys(describe(each, where="where the fan is") for each in refusal.details))


def describe(missing: Missing, *, where: str = "") -> str:
    """One yes that is missing, as a studio shows it. `where` stands in place of the name of a country."""
    if missing.problem == "unknown" and missing.known:
        return f"The shares of the {PLURALS[Role(missing.role)]} of {missing.song} {describe_gap(missing.known)}"
    if missing.problem == "unknown":
        return UNKNOWN[Role(missing.role)].format(title=missing.song)
    name = name_party(missing.party, missing.kind)
    if missing.problem == "bounds":
        return f"{name} agreed to less than the limits that were signed for {missing.song}"
    return f"{name}{_describe_problem(missing, where or _where(missing.country))}"


def _describe_problem(missing: Missing, where: str) -> str:
    """What is missing of a party, after its name."""
    use = write_use(missing.use)
    owns, own = OWNS.get(missing.role, ("", ""))
    match missing.problem:
        case "unconfirmed":
            return f" has not confirmed that they {own.format(title=missing.song)}"
        case "disputed":
            return f" {owns.format(title=missing.song)}: this is disputed"
        case _ if missing.use == Use.TIER:
            return f" has not agreed to share {use}"
        case "country":
            return f": {use} are not allowed {where}"
        case "refused" if missing.song:
            return f": {use} are off for {missing.song}"
        case _:
            return f": {use} are off"


def write_use(use: str) -> str:
    """The use within a sentence, for example "personal messages" or "DJ sets"."""
    label = Use(use).label
    return label if label[1].isupper() else label[0].lower() + label[1:]


def write_income(use: str) -> str:
    """The income from a use within a sentence, for example "income from remixes" or "subscription income"."""
    return write_use(use) if use == Use.TIER else f"income from {write_use(use)}"


def name_party(name: str, kind: str) -> str:
    """For example "Kestrel Row (publisher)"."""
    return f"{name} ({Party.Kind(kind).label.lower()})"


def _where(country: str) -> str:
    return f"in {country_names().get(country, country)}" if country else "in every country"
