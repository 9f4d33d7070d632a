"""Payees: accounts of parties at the provider, which it identifies and pays out to their banks."""

from dataclasses import dataclass

from stripe import StripeClient

from billing.provider.client import errors_translated
from billing.provider.conversion import Answer, id_of, metadata_of, path, read, text
from billing.provider_objects import ProviderAccount


@dataclass(frozen=True, slots=True)
class Payees:
    client: StripeClient

    @errors_translated()
    def create(self, party: str, country: str, *, key: str) -> ProviderAccount:
        """An account that can only receive transfers. The platform pays its fees and answers for its debts."""
        account = self.client.v1.accounts.create(
            {
                "country": country,
                "controller": {
                    "fees": {"payer": "application"},
                    "losses": {"payments": "application"},
                    "requirement_collection": "stripe",
                    "stripe_dashboard": {"type": "express"},
                },
                "capabilities": {"transfers": {"requested": True}},
                "metadata": {"party": party},
            },
            {"idempotency_key": key},
        )
        return _account(read(account))

    @errors_translated()
    def fetch(self, account: str) -> ProviderAccount:
        return _account(read(self.client.v1.accounts.retrieve(account)))

    @errors_translated()
    def onboarding_url(self, account: str, *, return_url: str, refresh_url: str) -> str:
        """Where the party tells the provider who it is, once and for a few minutes. Never store or mail it.

        The provider sends the browser to `refresh_url` if it was too late, where we make another.
        """
        link = self.client.v1.account_links.create(
            {
                "account": account,
                "type": "account_onboarding",
                "return_url": return_url,
                "refresh_url": refresh_url,
                "collection_options": {"fields": "eventually_due"},
            }
        )
        return link.url


def _account(answer: Answer) -> ProviderAccount:
    requirements = answer.get("requirements") or {}
    return ProviderAccount(
        id=id_of(answer),
        country=text(answer.get("country")),
        currency=text(answer.get("default_currency")).upper(),
        transfers_active=path(answer, "capabilities", "transfers") == "active",
        payouts_enabled=bool(answer.get("payouts_enabled")),
        details_submitted=bool(answer.get("details_submitted")),
        requirements=tuple(requirements.get("currently_due") or ()),
        disabled_reason=text(requirements.get("disabled_reason")),
        metadata=metadata_of(answer),
    )
