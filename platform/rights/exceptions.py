"""What the rights room refuses."""


class RightsError(Exception):
    """The base of every exception here. `code` is what the API answers."""

    code: str


class ReauthenticationRequired(RightsError):
    """Signing needs a password that was typed in the last minutes."""

    code = "SignInAgain"
