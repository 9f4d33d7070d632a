"""Say in words that an artist understands who has not said yes, and what nobody knows."""

from dataclasses import dataclass

from accounts.countries import country_names
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


@dataclass(frozen=True, slots=True)
class Missing:
    """One yes that is missing, with the names that describe it. Without a song it is about the artist as a whole."""

    problem: str
    use: str
    country: str
    role: str
    party: str
    kind: str
    song: str

    def describe(self) -> str:
        match self.problem:
            case "unknown":
                return UNKNOWN[Claim.Role(self.role)].format(title=self.song)
            case "unconfirmed":
                claimed = OWNS[Claim.Role(self.role)].format(title=self.song)
                return f"{self._party} has not confirmed that it {claimed}"
            case "disputed":
                claimed = OWNS[Claim.Role(self.role)].format(title=self.song)
                return f"{self._party} {claimed}: this is disputed"
            case "country":
                return f"{self._party}: {self._use} are not granted {self._where}"
            case "refused" if self.song:
                return f"{self._party}: {self._use} are off for {self.song}"
            case _:
                return f"{self._party}: {self._use} are off"

    @property
    def _party(self) -> str:
        return f"{self.party} ({Party.Kind(self.kind).label.lower()})"

    @property
    def _use(self) -> str:
        label = Use(self.use).label
        return label if label[1].isupper() else label[0].lower() + label[1:]

    @property
    def _where(self) -> str:
        return f"in {country_names().get(self.country, self.country)}" if self.country else "everywhere"
