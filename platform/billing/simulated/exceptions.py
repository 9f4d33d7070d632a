"""What FakeStripe refuses, in the shape of Stripe's errors."""

from typing import Any


class Refused(Exception):
    """An answer other than success. Its text is the message that the client reads."""

    def __init__(self, message: str, *, status: int = 400, kind: str = "invalid_request_error", **details: Any) -> None:
        super().__init__(message)
        self.status = status
        self.details = {"type": kind, "message": message, **details}

    def body(self) -> dict[str, Any]:
        return {"error": self.details}


def missing(kind: str, identifier: str, param: str = "id") -> Refused:
    name = kind.rpartition(".")[2]
    return Refused(f"No such {name}: '{identifier}'", status=404, code="resource_missing", param=param)


def card_error(code: str, decline_code: str, message: str, **details: Any) -> Refused:
    return Refused(message, status=402, kind="card_error", code=code, decline_code=decline_code, **details)


def unexpected_state(what: str, state: str, doing: str) -> Refused:
    return Refused(
        f"You cannot {doing} this {what} because it has a status of {state}.",
        code=f"{what.replace(' ', '_')}_unexpected_state",
    )
