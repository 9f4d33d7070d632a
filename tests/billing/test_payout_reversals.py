"""What was paid out comes back in parts, never beyond what was sent, and never twice whatever breaks on the way."""

from collections.abc import Callable

import pytest

from billing import reversals
from billing.exceptions import Refused
from billing.models import PayeeAccount, PayoutLine, PayoutReversal
from billing.simulated import accounts, control
from billing.simulated.server import FakeStripe
from tests.billing import payees
from tests.billing.in_process import ask

pytestmark = pytest.mark.django_db
BY = "system:operator"
DAY = 86_400


@pytest.fixture
def sent(fake_provider: FakeStripe, account: PayeeAccount) -> PayoutLine:
    payees.owe(account.party, 4_200)
    payees.run()
    payees.work_all()
    return payees.only_line()


def test_a_part_is_taken_back_and_then_the_rest(fake_provider: FakeStripe, sent: PayoutLine) -> None:
    reversals.want(sent, 1_200, by=BY)
    payees.work_all()
    sent.refresh_from_db()
    assert (sent.state, sent.amount_reversed, payees.balances(sent.party_id)["payable"]) == ("sent", 1_200, 1_200)

    reversals.want(sent, 3_000, by=BY)
    payees.work_all()

    sent.refresh_from_db()
    assert (sent.state, sent.amount_reversed, payees.balances(sent.party_id)["payable"]) == ("reversed", 4_200, 4_200)
    with pytest.raises(Refused):
        reversals.want(sent, 1, by=BY)


@pytest.mark.parametrize(("first", "second"), [(4_000, 201), (4_200, 1)])
def test_no_more_is_asked_back_than_was_sent_while_an_earlier_wish_waits(
    fake_provider: FakeStripe, sent: PayoutLine, first: int, second: int
) -> None:
    reversals.want(sent, first, by=BY)

    with pytest.raises(Refused, match="can come back"):
        reversals.want(sent, second, by=BY)


@pytest.mark.parametrize("kind", ["500", "reset"])
def test_a_lost_answer_takes_nothing_back_twice(fake_provider: FakeStripe, sent: PayoutLine, kind: str) -> None:
    wanted = reversals.want(sent, 1_200, by=BY)
    control.add_fault(fake_provider.simulation, kind=kind, times=3, path=f"/v1/transfers/{sent.transfer_id}/reversals")
    payees.work_all()
    wanted.refresh_from_db()
    assert wanted.state == "wanted"

    fake_provider.simulation.advance(2 * DAY)
    PayoutReversal.objects.update(due_at="2000-01-01T00:00:00Z")
    payees.work_all()

    wanted.refresh_from_db()
    sent.refresh_from_db()
    assert (wanted.state, sent.amount_reversed) == ("done", 1_200)
    assert len(fake_provider.simulation.store.all("transfer_reversal")) == 1


def test_what_the_payee_has_paid_out_already_is_not_taken_back(fake_provider: FakeStripe, sent: PayoutLine) -> None:
    assert sent.account
    accounts.pay_out(fake_provider.simulation, str(sent.account.provider_id))
    wanted = reversals.want(sent, 1_200, by=BY)
    payees.work_all()

    wanted.refresh_from_db()
    sent.refresh_from_db()
    assert (wanted.state, bool(wanted.error), sent.amount_reversed) == ("refused", True, 0)


def test_what_was_taken_back_at_the_provider_is_followed(
    fake_provider: FakeStripe, sent: PayoutLine, provider_reverses: Callable[[str, int], None]
) -> None:
    provider_reverses(str(sent.transfer_id), 200)
    for _ in range(2):
        assert reversals.sync_transfer(str(sent.transfer_id))

    sent.refresh_from_db()
    assert (sent.amount_reversed, payees.balances(sent.party_id)["payable"]) == (200, 200)


def test_what_was_taken_back_at_the_provider_overtakes_a_wish_that_no_longer_fits(
    fake_provider: FakeStripe, sent: PayoutLine, provider_reverses: Callable[[str, int], None]
) -> None:
    fits, wanted = reversals.want(sent, 200, by=BY), reversals.want(sent, 4_000, by=BY)
    provider_reverses(str(sent.transfer_id), 1_000)

    payees.work_all()

    for row in (fits, wanted, sent):
        row.refresh_from_db()
    assert (fits.state, wanted.state, sent.amount_reversed) == ("done", "refused", 1_200)
    assert payees.balances(sent.party_id)["payable"] == 1_200


@pytest.fixture
def provider_reverses(fake_provider: FakeStripe) -> Callable[[str, int], None]:
    def reverse(transfer: str, amount: int) -> None:
        answer = ask(fake_provider, "POST", f"/v1/transfers/{transfer}/reversals", f"amount={amount}")
        assert answer.status == 200

    return reverse
