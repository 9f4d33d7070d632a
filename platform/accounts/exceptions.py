"""Exceptions of accounts. Each message says what to change and is shown to people.

`code` is what the API answers beside the message.
"""

from allauth.core import exceptions as allauth_exceptions


class AccountError(Exception):
    """Something that was asked of an account or a team cannot be done. Nothing was changed."""

    code: str


class NotAllowed(AccountError):
    """This person may not do this. The message says who may."""

    code = "NotAllowed"


class ReauthenticationRequired(AccountError, allauth_exceptions.ReauthenticationRequired):  # type: ignore[misc]  # no types
    """The action needs a password that was typed a moment ago.

    allauth keeps the form that was sent, asks for the password, and then does what was asked. The API answers 403.
    """

    code = "SignInAgain"

    def __init__(self) -> None:
        super().__init__("Type your password again before you do this: the last time was too long ago.")


class TokenRefused(AccountError):
    """This person may not create or revoke this token. The message says why."""

    code = "Refused"


class AlreadyMember(AccountError):
    """The invited address belongs to a member of the team. The message says what to do instead."""

    code = "AlreadyMember"


class InvitationOver(AccountError):
    """The invitation was used, revoked or replaced, is too old, or never existed. All of them read the same."""

    code = "InvitationOver"

    def __init__(self) -> None:
        super().__init__("This invitation is over: it was answered, taken back or replaced, or it is too old.")


class WrongEmailAddress(AccountError):
    """The person who followed the link has not confirmed the address that was invited."""

    code = "WrongEmailAddress"
