"""Exceptions of billing: what a payment provider refused, and what we refuse ourselves."""


class BillingError(Exception):
    """Something about money cannot be done."""


class PaymentsOff(BillingError):
    """No payment provider is configured, so nothing can be bought or paid out."""


class Refused(BillingError):
    """What was asked cannot be done as things are, and nothing was changed. People read the message.

    `code` is what the API answers beside it.
    """

    code = "Refused"


class InvalidTerms(Refused):
    """The terms of a tier must change before they can be stored. `field` is the one to change."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class NotForSale(Refused):
    """A tier or a price is not sold now. The message says why, or what is missing."""

    code = "NotForSale"


class Unpayable(Refused):
    """This person cannot pay here. The message says why."""

    code = "Unpayable"


class AboveCap(Unpayable):
    """It does not fit under what the fan wants to spend in a month. The message says what is left."""

    code = "AboveCap"


class NotAgreed(Refused):
    """The fan did not agree to the terms."""

    code = "NotAgreed"


class TermsChanged(Refused):
    """The terms are others than those that the fan saw."""

    code = "TermsChanged"


class AlreadyBought(Refused):
    """The fan has a tier of this artist, and changes it instead of buying another one."""

    code = "AlreadyBought"


class NothingToCancel(Refused):
    """The order has no subscription that goes on."""

    code = "NothingToCancel"


class NothingToChange(Refused):
    """What the fan has cannot be changed so now. The message says why."""

    code = "NothingToChange"


class UnsupportedCurrency(BillingError):
    """The provider counts this currency in other units than we do, or does not know it."""


class UnsupportedAmount(BillingError):
    """The provider takes no such amount of this currency."""


class InvalidWebhook(BillingError):
    """The signature of a webhook is missing, wrong or too old, or its body is no event."""


class ProviderError(BillingError):
    """The provider did not do what we asked. `code` is its own word for why, `request` its number of the request."""

    def __init__(self, sentence: str, *, code: str = "", request: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.request = request


class ProviderUnavailable(ProviderError):
    """The provider did not answer, or failed. It may have done what we asked: ask again with the same key."""


class NotOnBalance(ProviderError):
    """The provider answers that something was paid, and has not put it on our balance yet. It follows in a moment."""


class InvalidRequest(ProviderError):
    """The provider refuses the request as it is. Sending it again is no use."""


class NotFound(InvalidRequest):
    """The provider has no object of this id, or it was deleted."""


class UnexpectedState(InvalidRequest):
    """The object is in a state that does not allow this: already captured, refunded, expired or canceled."""


class InsufficientBalance(InvalidRequest):
    """The platform's balance at the provider is smaller than the transfer."""


class OrderRefused(BillingError):
    """The provider refuses for certain what it was asked to make. `answer` is what it said.

    A look-up that it refuses says nothing of what it has, and is no such refusal.
    """

    def __init__(self, answer: InvalidRequest) -> None:
        super().__init__(str(answer))
        self.answer = answer


class IdempotencyConflict(ProviderError):
    """The key was used before for another request."""


class CardDeclined(ProviderError):
    """The card was declined. `decline_code` is the issuer's word for why, if it says."""

    def __init__(self, sentence: str, *, code: str = "", request: str = "", decline_code: str = "") -> None:
        super().__init__(sentence, code=code, request=request)
        self.decline_code = decline_code


class AccessRefused(ProviderError):
    """The secret key is wrong, expired or not allowed to do this. Only an operator can mend it."""
