"""Transfers to payees and their reversals, and the platform's own balance."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stripe import StripeClient
from stripe.params import BalanceTransactionListParams, TransferCreateParams

from billing.provider.client import errors_translated
from billing.provider.conversion import Answer, amount, currency_of, id_of, metadata_of, movement, read, text, time
from billing.provider.currencies import from_provider_units, to_provider_units
from billing.provider_objects import Balance, BalanceMovement, Metadata, ProviderReversal, ProviderTransfer


@dataclass(frozen=True, slots=True)
class Transfers:
    client: StripeClient

    @errors_translated()
    def create(
        self,
        account: str,
        amount: int,
        currency: str,
        *,
        group: str,
        metadata: Metadata,
        key: str,
        source_charge: str = "",
    ) -> ProviderTransfer:
        """Move money to a payee. A key holds for a day: look with `list_of` before sending an older one again."""
        params: TransferCreateParams = {
            "destination": account,
            "amount": to_provider_units(amount, currency),
            "currency": currency.lower(),
            "transfer_group": group,
            "metadata": dict(metadata),
        }
        if source_charge:
            params["source_transaction"] = source_charge
        return _transfer(read(self.client.v1.transfers.create(params, {"idempotency_key": key})))

    @errors_translated()
    def fetch(self, transfer: str) -> ProviderTransfer:
        return _transfer(read(self.client.v1.transfers.retrieve(transfer)))

    def list_of(self, group: str) -> Iterator[ProviderTransfer]:
        with errors_translated():
            listed = self.client.v1.transfers.list({"transfer_group": group, "limit": 100})
            for transfer in listed.auto_paging_iter():
                yield _transfer(read(transfer))

    def list_since(self, since: datetime) -> Iterator[ProviderTransfer]:
        with errors_translated():
            listed = self.client.v1.transfers.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
            for transfer in listed.auto_paging_iter():
                yield _transfer(read(transfer))

    def list_reversals(self, transfer: str) -> Iterator[ProviderReversal]:
        """All of them: a transfer itself names the newest ten."""
        with errors_translated():
            for reversal in self.client.v1.transfers.reversals.list(transfer, {"limit": 100}).auto_paging_iter():
                yield _reversal(read(reversal))

    @errors_translated()
    def reverse(self, transfer: str, amount: int, currency: str, *, metadata: Metadata, key: str) -> ProviderReversal:
        """Take a part of a transfer back, or all."""
        reversal = self.client.v1.transfers.reversals.create(
            transfer,
            {"amount": to_provider_units(amount, currency), "metadata": dict(metadata)},
            {"idempotency_key": key},
        )
        return _reversal(read(reversal))

    @errors_translated()
    def fetch_balance(self) -> Balance:
        answer = read(self.client.v1.balance.retrieve())
        return Balance(_by_currency(answer["available"]), _by_currency(answer["pending"]), answer["livemode"])

    def list_movements(self, since: datetime | None = None, *, payout: str = "") -> Iterator[BalanceMovement]:
        """What moved on the platform's balance, the newest first."""
        params: BalanceTransactionListParams = {"limit": 100}
        if since:
            params["created"] = {"gte": int(since.timestamp())}
        if payout:
            params["payout"] = payout
        with errors_translated():
            for each in self.client.v1.balance_transactions.list(params).auto_paging_iter():
                if (moved := movement(read(each))) is not None:
                    yield moved


def _by_currency(parts: list[Answer]) -> dict[str, int]:
    return {currency_of(part): from_provider_units(part["amount"], currency_of(part)) for part in parts}


def _transfer(answer: Answer) -> ProviderTransfer:
    reversals: Any = answer.get("reversals") or {}
    return ProviderTransfer(
        id=answer["id"],
        account=id_of(answer.get("destination")),
        currency=currency_of(answer),
        amount=amount(answer, "amount"),
        amount_reversed=amount(answer, "amount_reversed"),
        group=text(answer.get("transfer_group")),
        source_charge=id_of(answer.get("source_transaction")),
        reversals=tuple(map(_reversal, reversals.get("data") or [])),
        created=time(answer["created"]),
        metadata=metadata_of(answer),
        livemode=answer["livemode"],
    )


def _reversal(answer: Answer) -> ProviderReversal:
    return ProviderReversal(
        id=answer["id"],
        transfer=id_of(answer["transfer"]),
        currency=currency_of(answer),
        amount=amount(answer, "amount"),
        created=time(answer["created"]),
        metadata=metadata_of(answer),
    )
