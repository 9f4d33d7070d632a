"""Everything speaks the same version of Stripe's API: the package, the client, webhooks and the simulated provider."""

import stripe
from stripe._api_version import _ApiVersion

from billing.provider import API_VERSION, Provider
from billing.provider.client import connect_client
from billing.simulated import objects
from tests.billing.provider.events import event
from tests.billing.stripe_spec import load_spec


def test_the_client_asks_for_the_version_of_the_package() -> None:
    client = connect_client("sk_test_1")

    assert _ApiVersion.CURRENT == API_VERSION
    assert client._requestor._options.stripe_version == API_VERSION
    assert {event()["api_version"], objects.API_VERSION} == {API_VERSION}


def test_the_major_version_of_the_package_is_the_one_that_was_read() -> None:
    assert stripe.VERSION.partition(".")[0] == "16"
    assert isinstance(Provider.of(connect_client("sk_test_1")), Provider)


def test_the_official_description_is_of_the_year_before_at_most() -> None:
    described, pinned = load_spec()["info"]["version"][:10], API_VERSION[:10]

    assert described == "2026-05-27"  # a newer one: look at NEWER_PARAMETERS again
    assert described <= pinned
