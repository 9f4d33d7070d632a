"""Who acts without being a person: our processes and commands. A check on the audit's table has the same list."""

from enum import StrEnum


class SystemActor(StrEnum):
    """An actor that is no person, as `by` of an audit entry."""

    BILLING = "system:billing"
    COMMAND = "system:command"
    DELIVERY = "system:delivery"
    DEMO = "system:demo"
    DRAFTS = "system:drafts"
    EXPIRY = "system:expiry"
    FACTS = "system:facts"
    HOUSEKEEPING = "system:housekeeping"
    MODELS = "system:models"
    MOMENTS = "system:moments"
    OPERATOR = "system:operator"
    PAYOUTS = "system:payouts"
    REPORTS = "system:reports"
    REQUESTS = "system:requests"
    UNREAD = "system:unread"
    UPDATE_KEYS = "system:update_keys"
    WITHDRAWAL = "system:withdrawal"
