"""Exceptions of rights. Each message says what to change and is shown to people."""


class RightsError(Exception):
    """Something that was asked of parties and agreements cannot be done. Nothing was changed."""

    code: str


class AlreadyRegistered(RightsError):
    """An ISRC prefix is of a party already. The message says what to do."""

    code = "AlreadyRegistered"


class AlreadySettled(RightsError):
    """Somebody of staff settled the dispute at the same moment. The message says so."""

    code = "AlreadySettled"


class Overclaimed(RightsError):
    """The shares of a role would stay over 100 %. The message says which claim to end."""

    code = "Overclaimed"


class Overlap(RightsError):
    """Two agreements permit the same at the same time. The message says what to do."""

    code = "Overlap"


class Outrun(RightsError):
    """Somebody stored another version at the same moment. The message says to read it first."""

    code = "Outrun"


class ProposalOver(RightsError):
    """Nobody can accept these terms any more. The message says why."""

    code = "ProposalOver"


class Recounted(RightsError):
    """Another number of claims waits than the person was shown, because the form was sent before or they changed."""

    code = "Recounted"

    def __init__(self, number: int) -> None:
        shares = (
            f"{number:,} shares in this file wait"
            if number > 1
            else f"{'One' if number else 'No'} share in this file waits"
        )
        super().__init__(f"Nothing was confirmed. {shares} now.")
