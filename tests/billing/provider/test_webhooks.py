"""Only a webhook that somebody signed lately with a secret of ours is believed."""

import json
import time
from datetime import UTC, datetime

import pytest

from billing.exceptions import InvalidWebhook
from billing.provider import API_VERSION, parse_webhook
from billing.provider_objects import ProviderEvent
from tests.billing.provider.events import SECRET, encode, event, sign

NOW = 1_793_500_000
BODY = encode(event())


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: float(NOW))


def signature(header: str) -> str:
    return header.partition(",v1=")[2]


def test_a_signed_event_is_read_by_its_ids_alone() -> None:
    assert parse_webhook(BODY, sign(BODY), [SECRET]) == ProviderEvent(
        id="evt_1",
        type="invoice.paid",
        created=datetime.fromtimestamp(1_793_491_200, UTC),
        livemode=False,
        api_version=API_VERSION,
        account="",
        object_type="invoice",
        object_id="in_1",
        related={"customer": "cus_1", "subscription": "sub_1"},
    )


@pytest.mark.parametrize("seconds", [-299, -1, 0, 1, 299])
def test_a_signature_of_the_last_minutes_is_good(seconds: int) -> None:
    assert parse_webhook(BODY, sign(BODY, at=NOW + seconds), [SECRET]).id == "evt_1"


@pytest.mark.parametrize("seconds", [-86_400, -301, 301, 86_400])
def test_a_signature_of_the_past_or_the_future_is_refused(seconds: int) -> None:
    with pytest.raises(InvalidWebhook):
        parse_webhook(BODY, sign(BODY, at=NOW + seconds), [SECRET])


def test_while_a_secret_is_rolled_either_signature_is_good() -> None:
    both = f"t={NOW},v1={signature(sign(BODY, 'whsec_old'))},v1={signature(sign(BODY))}"

    assert parse_webhook(BODY, both, [SECRET]).id == "evt_1"


def test_each_endpoint_has_its_secret() -> None:
    assert parse_webhook(BODY, sign(BODY, "whsec_connect"), [SECRET, "whsec_connect"]).id == "evt_1"


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "nonsense",
        "t=,v1=",
        f"t={NOW}",
        f"v1={signature(sign(BODY, at=NOW))}",
        f"t={NOW},v0={signature(sign(BODY, at=NOW))}",
        f"t={NOW},v1={signature(sign(BODY, 'whsec_other', at=NOW))}",
        f"t={NOW + 1},v1={signature(sign(BODY, at=NOW))}",
        f"t={NOW},v1=é",
        f"t={NOW},v1=\udcff",
        f"t={'9' * 5000},v1=00",
    ],
)
def test_without_a_signature_of_ours_nothing_is_believed(header: str) -> None:
    with pytest.raises(InvalidWebhook):
        parse_webhook(BODY, header, [SECRET])


def test_a_strange_time_in_the_header_is_read_as_it_was_verified() -> None:
    assert parse_webhook(BODY, f"t={NOW}=later,v1={signature(sign(BODY, at=NOW))}", [SECRET]).id == "evt_1"


@pytest.mark.parametrize("secrets", [[], [""], [" \t"]])
def test_without_a_secret_nothing_is_believed(secrets: list[str]) -> None:
    with pytest.raises(InvalidWebhook):
        parse_webhook(BODY, sign(BODY, "".join(secrets)), secrets)


def test_a_body_that_was_written_anew_is_refused() -> None:
    with pytest.raises(InvalidWebhook):
        parse_webhook(json.dumps(event(), indent=2).encode(), sign(BODY), [SECRET])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"no json",
        b"[" * 100_000,
        encode([event()]),
        encode(None),
        encode("event"),
        encode({"object": "event"}),
        encode(event(object="v2.core.event")),
        encode(event(data={"object": None})),
        encode(event(data={"object": {"object": "charge", "id": "ch\0"}})),
        encode(event("evt_1\0")),
        encode(event("e" * 256)),
        encode(event(id=None)),
        encode(event(created="yesterday")),
        encode(event(created=10**30)),
        encode(event(created=float("nan"))),
    ],
)
def test_what_is_signed_and_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidWebhook):
        parse_webhook(body, sign(body), [SECRET])


def test_an_event_of_a_payee_names_the_account() -> None:
    body = encode(event(account="acct_7", data={"object": {"object": "account", "id": "acct_7"}}))

    found = parse_webhook(body, sign(body), [SECRET])

    assert (found.account, found.object_type, found.object_id, dict(found.related)) == (
        "acct_7",
        "account",
        "acct_7",
        {},
    )


def test_an_event_about_an_object_without_an_id_is_one() -> None:
    body = encode(event(type="balance.available", data={"object": {"object": "balance"}}))

    assert parse_webhook(body, sign(body), [SECRET]).object_id == ""
