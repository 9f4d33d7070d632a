"""Say to people why something about money was refused. What a provider says of its own errors is for the log."""

import logging

from billing.exceptions import BillingError, ProviderError
from billing.failures import describe_error

logger = logging.getLogger(__name__)

SAID_NO_ANSWER = "The payment service does not answer at the moment. Try again in a minute."


def describe_refusal(error: BillingError) -> str:
    if isinstance(error, ProviderError):
        logger.warning("the provider refused: %s", describe_error(error))
        return SAID_NO_ANSWER
    return str(error)
