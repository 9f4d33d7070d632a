"""What a payment provider tells us, as plain values: ids, amounts, states and times.

Amounts are whole minor units as `rights.money` counts them, currencies are upper-case ISO codes, and times are aware.
An id or a time that the provider does not have is empty or None.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

type Metadata = Mapping[str, str]
"""Our ids on an object of the provider. Never a name or a text."""


@dataclass(frozen=True, slots=True)
class ProviderCustomer:
    id: str
    is_deleted: bool
    metadata: Metadata
    livemode: bool


@dataclass(frozen=True, slots=True)
class ProviderPrice:
    id: str
    product: str
    currency: str
    amount: int
    interval: str
    """`month` or `year`; empty if it is paid once."""
    is_active: bool
    metadata: Metadata
    livemode: bool


@dataclass(frozen=True, slots=True)
class CheckoutSession:
    id: str
    url: str
    """Where the fan pays; empty once the session is over."""
    status: str
    """`open`, `complete` or `expired`."""
    payment_status: str
    """`unpaid`, `paid` or `no_payment_required`."""
    customer: str
    subscription: str
    payment_intent: str
    client_reference_id: str
    metadata: Metadata
    expires_at: datetime
    livemode: bool

    @property
    def row_id(self) -> UUID | None:
        """The id of our row that it is of, as `client_reference_id` says it; None where that is no id of ours."""
        try:
            return UUID(self.client_reference_id)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class SubscriptionItem:
    id: str
    price: str
    quantity: int
    period_start: datetime
    period_end: datetime


@dataclass(frozen=True, slots=True)
class ProviderSubscription:
    id: str
    customer: str
    status: str
    items: tuple[SubscriptionItem, ...]
    currency: str
    created: datetime
    cancel_at_period_end: bool
    cancel_at: datetime | None
    canceled_at: datetime | None
    ended_at: datetime | None
    trial_end: datetime | None
    is_collection_paused: bool
    """No payment is collected, though the status stays as it was."""
    has_pending_update: bool
    """An upgrade waits for its payment."""
    schedule: str
    """What changes at the end of the period, if anything does."""
    next_price: str
    """From the next period on, where a schedule says so; known of one that was fetched alone."""
    latest_invoice: str
    metadata: Metadata
    livemode: bool


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    id: str
    price: str
    subscription: str
    amount: int
    """After discounts. With tax, where tax is included in the price."""
    discount: int
    tax: int
    period_start: datetime
    period_end: datetime
    is_proration: bool


@dataclass(frozen=True, slots=True)
class ProviderInvoice:
    id: str
    customer: str
    subscription: str
    status: str
    """`draft`, `open`, `paid`, `void` or `uncollectible`."""
    billing_reason: str
    currency: str
    total: int
    amount_paid: int
    tax: int
    created: datetime
    paid_at: datetime | None
    next_payment_attempt: datetime | None
    hosted_invoice_url: str
    lines: tuple[InvoiceLine, ...]
    payment_intents: tuple[str, ...]
    """Those that paid the invoice or are meant to."""
    livemode: bool


@dataclass(frozen=True, slots=True)
class BalanceMovement:
    """What moved on the platform's balance at the provider, in the currency of that balance."""

    id: str
    type: str
    currency: str
    amount: int
    fee: int
    net: int
    exchange_rate: Decimal | None
    created: datetime
    available_on: datetime
    source: str
    """The charge, refund, dispute, transfer or reversal that it is of."""


@dataclass(frozen=True, slots=True)
class ProviderCharge:
    id: str
    payment_intent: str
    customer: str
    status: str
    currency: str
    amount: int
    amount_captured: int
    amount_refunded: int
    is_paid: bool
    is_captured: bool
    is_disputed: bool
    capture_before: datetime | None
    movement: BalanceMovement | None
    """With the fee. None until the charge is captured."""
    created: datetime
    metadata: Metadata
    livemode: bool


@dataclass(frozen=True, slots=True)
class ProviderPaymentIntent:
    id: str
    customer: str
    status: str
    currency: str
    amount: int
    amount_capturable: int
    amount_received: int
    capture_before: datetime | None
    """Until when the hold lasts at most. The issuer may drop it earlier and say nothing."""
    latest_charge: str
    last_error: str
    """The provider's code for why the last attempt failed."""
    cancellation_reason: str
    created: datetime
    metadata: Metadata
    livemode: bool


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    id: str
    charge: str
    payment_intent: str
    currency: str
    amount: int
    status: str
    """`pending`, `requires_action`, `succeeded`, `failed` or `canceled`."""
    movement: BalanceMovement | None
    """None if nothing was paid back, as when a hold is released: the provider makes a refund of that, too."""
    failure_movement: BalanceMovement | None
    """What came back because the refund failed or was canceled."""
    created: datetime
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class ProviderDispute:
    id: str
    charge: str
    payment_intent: str
    currency: str
    amount: int
    status: str
    reason: str
    movements: tuple[BalanceMovement, ...]
    """Taken, and given back if the dispute is won."""
    created: datetime
    livemode: bool


@dataclass(frozen=True, slots=True)
class ProviderReversal:
    id: str
    transfer: str
    currency: str
    amount: int
    created: datetime
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class ProviderTransfer:
    id: str
    account: str
    currency: str
    amount: int
    amount_reversed: int
    group: str
    source_charge: str
    reversals: tuple[ProviderReversal, ...]
    created: datetime
    metadata: Metadata
    livemode: bool


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """Where a party is paid."""

    id: str
    country: str
    currency: str
    transfers_active: bool
    payouts_enabled: bool
    details_submitted: bool
    requirements: tuple[str, ...]
    """What the provider still wants to know, in its own words."""
    disabled_reason: str
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class Balance:
    """The platform's money at the provider, by currency."""

    available: Mapping[str, int]
    pending: Mapping[str, int]
    livemode: bool


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """That something changed. What it is now must be fetched: events come late, twice and in any order."""

    id: str
    type: str
    created: datetime
    livemode: bool
    api_version: str
    account: str
    """The payee's account that it is about; empty for the platform's own."""
    object_type: str
    object_id: str
    related: Mapping[str, str] = field(default_factory=dict)
    """Ids that the object names, by their kind: `customer`, `subscription`, `payment_intent` …"""
