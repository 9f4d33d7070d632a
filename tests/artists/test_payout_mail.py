"""Mail about payouts: one for a party and a run, to those who manage its team; practice money is never paid."""

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage

from artists import payout_mail
from billing import reversals
from billing.models import PayoutLine
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from tests import factories
from tests.billing import payees

pytestmark = pytest.mark.django_db


@pytest.fixture
def artist() -> Artist:
    artist = factories.create_artist("Mara Veil")
    for role in ("principal", "editor"):
        person = factories.get_member(artist, role)
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return artist


def mail_all() -> int:
    count = 0
    while payout_mail.mail_next():
        count += 1
    return count


def test_one_mail_says_what_of_a_run_was_sent_and_held(
    fake_provider: FakeStripe,
    artist: Artist,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: "pytest.FixtureRequest",
) -> None:
    account = payees.onboard(artist, fake_provider)
    payees.fund(fake_provider, 50_000)
    payees.owe(account.party, 4_217)
    payees.owe(account.party, 3_000, "JPY")
    payees.owe(account.party, 605, is_held=True)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert mail_all() == 0
        payees.run()
        payees.work_all()
        PayoutLine.objects.filter(state="submitting").update(state="held", reason="operator")
        assert mail_all() == 1
        assert mail_all() == 0

    [mail] = mailoutbox
    assert mail.to == [factories.get_member(artist, "principal").email]
    assert mail.subject == "Payouts to Mara Veil"
    assert "€42.17: not paid, because it is simulated money" in mail.body
    assert "€6.05: held; it stays yours (It is about something that is disputed)" in mail.body
    assert "/studio/mara-veil/payouts" in mail.body


def test_what_came_back_is_written_about_again(
    fake_provider: FakeStripe,
    artist: Artist,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: "pytest.FixtureRequest",
) -> None:
    account = payees.onboard(artist, fake_provider)
    payees.fund(fake_provider, 50_000)
    payees.owe(account.party, 4_217)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        payees.run()
        payees.work_all()
        mail_all()
        reversals.want(PayoutLine.objects.get(), 4_217, by="system:operator")
        payees.work_all()
        assert mail_all() == 1

    assert "€42.17: came back; it is yours still" in mailoutbox[-1].body


def test_no_mail_where_payments_are_off(artist: Artist) -> None:
    assert payout_mail.mail_next() is False
