"""What was paid for a remix that stops soon after its delivery goes back, once, and the fan is told."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.db.models.functions import Now
from django.test import override_settings
from pytest_django import Settings

from accounts.models import Person
from artists import delivery, erasure
from artists.models import ExperienceRequest
from artists.remixes import refunds, sounds
from artists.requests import following, mails, paying
from billing import authorisations
from billing.models import Authorisation, EarnedShare, RequestCredit
from billing.postings import Kind
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from fans import experiences
from fans.models import Experience, RemixRefund, StopCheck
from ledger.balances import read_balances
from rights import agreements
from rights.models import AfterEnd, AgreementVersion
from rights.shares import Role
from tests import factories
from tests.adversarial.test_database_constraints import refused
from tests.artists import remix_drafts, remix_scene
from tests.artists import remix_request_scene as scene
from tests.artists.remix_notes import agree
from tests.artists.remix_request_scene import Asking
from tests.artists.studio.pages import visible_text
from tests.artists.test_paid_requests import subscribe
from tests.billing.fan_scene import BOOK
from tests.billing.hold_scene import HoldScene
from tests.catalog import audio as files
from tests.rights import factories as owners
from tests.rights.albums import add_scheme
from tests.rights.factories import OwnedSong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_undo_time")]
SHARES = {Role.PLATFORM: 2_000, Role.RECORDING_OWNER: 4_000, Role.PUBLISHER: 2_000, Role.WRITER: 2_000}


class Story:
    """A fan has a remix of €4.00, or one that a tier includes, under an agreement by which remixes stop."""

    def __init__(
        self,
        fake: FakeStripe,
        artist: Artist,
        settings: Settings,
        folder: Path,
        **terms: Any,
    ) -> None:
        files.use_folder(settings, folder)
        self.fake, self.artist = fake, artist
        self.song: OwnedSong = owners.create_owned_song(artist, permitted=False)
        self.version: AgreementVersion = agree(self.song, scheme=add_scheme(SHARES), after_end=AfterEnd.STOPS, **terms)
        opened = remix_scene.open_song(self.song.recording, folder)
        self.asking: Asking = scene.create_of(opened, free_tries=0, prices={"EUR": 400})
        self.fan = self.asking.fan
        self.holds = HoldScene(fake, self.fan, artist)

    def deliver(self) -> Experience:
        """Ask, pay, render by rows, approve, charge and deliver."""
        self.request: ExperienceRequest = self.asking.ask()
        if self.request.paid_by == "card":
            self.holds.pay(paying.start(self.request))
            self.work()
        assert sounds.want_next()
        remix_drafts.approve_asked(self.request)
        self.work()
        refunds.work()
        return Experience.objects.get(person=self.fan)

    def work(self) -> None:
        for _ in range(4):
            if not any([self.holds.tell(), following.follow_next(), delivery.deliver_next()]):
                return

    def stop(self) -> None:
        agreements.end(self.version, by=owners.get_signer(self.song.label))

    def hold(self) -> Authorisation:
        found = authorisations.find(str(self.request))
        assert found
        return found


@pytest.fixture
def story(fake_provider: FakeStripe, artist: Artist, settings: Settings, tmp_path: Path) -> Story:
    return Story(fake_provider, artist, settings, tmp_path)


def test_a_paid_remix_that_stops_is_paid_back_in_its_shares_once_and_its_fan_is_told(story: Story) -> None:
    experience = story.deliver()
    assert not RemixRefund.objects.exists()
    earned = {party: amount for party, amount in read_balances(book=BOOK, under="party").items() if amount}
    assert len(earned) == 3

    story.stop()
    for _ in range(2):
        refunds.work()
        story.work()

    refund = RemixRefund.objects.get()
    assert (refund.by, refund.stopped_at, refund.amount) == ("Harbor Lane", story.version.ended_at, 400)
    hold = story.hold()
    assert (hold.status, hold.returned_amount, hold.back_reason) == ("refunded", 400, "remix.stopped")
    assert not any(read_balances(book=BOOK, under="party").values())
    back = EarnedShare.objects.filter(transaction__kind=Kind.REFUND, party__startswith="party:")
    assert sum(back.values_list("amount", flat=True)) == -320
    _read_pages(story, experience)


def _read_pages(story: Story, experience: Experience) -> None:
    """The pages, the API and the mail say by whom it was stopped and what came back; the receipt stays."""
    client = factories.signed_in_client(story.fan)
    page = visible_text(client.get(f"/experiences/{experience.pk}"))
    assert "Stopped by Harbor Lane , on " in page
    assert "We paid back €4.00, on " in page
    request = visible_text(client.get(f"/requests/{story.request.pk}"))
    assert ("We paid back €4.00, on " in request, "Came back €4.00" in request) == (True, True)
    said = client.get(f"/api/v1/experiences/{experience.pk}").json()["refund"]
    assert (said["by"], said["amount"], said["currency"]) == ("Harbor Lane", 400, "EUR")
    assert client.get(f"/r/{experience.receipt_key}").status_code == 200
    mail.outbox.clear()
    while mails.mail_next():
        pass
    told = [one.body for one in mail.outbox if "stopped" in one.subject]
    assert len(told) == 1
    assert "Stopped by Harbor Lane" in told[0]
    assert "We paid back €4.00" in told[0]


@pytest.mark.parametrize("by_hand", [150, 400])
def test_what_came_back_another_way_is_not_promised_again(story: Story, by_hand: int) -> None:
    story.deliver()
    body = f"payment_intent={story.hold().provider_id}&amount={by_hand}"
    answer = story.fake.handle("POST", "/v1/refunds", {"Authorization": "Bearer sk_test_simulated"}, body)
    assert answer.status == 200
    story.work()
    assert story.hold().returned_amount == by_hand

    story.stop()
    refunds.work()
    story.work()

    promised = list(RemixRefund.objects.values_list("amount", flat=True))
    assert (promised, story.hold().returned_amount) == ([250] if by_hand == 150 else [], 400)


def test_a_request_of_a_tier_is_usable_again_and_once(story: Story) -> None:
    subscribe(story.fan, story.artist, story.fake)
    story.deliver()
    credit = RequestCredit.objects.get(reference=str(story.request))
    assert (story.request.paid_by, credit.status) == ("credit", "used")
    refused(
        "what it paid for did not stop",
        "UPDATE billing_requestcredit SET status = 'free', reference = '' WHERE id = %s",
        credit.pk,
    )

    story.stop()
    refunds.work()
    refunds.work()

    credit.refresh_from_db()
    assert (credit.status, credit.reference, RemixRefund.objects.get().paid_by) == ("free", "", "credit")
    page = factories.signed_in_client(story.fan).get(f"/requests/{story.request.pk}")
    assert "Your tier’s request came back to you" in visible_text(page)


def test_what_the_artists_side_takes_back_is_paid_back(story: Story) -> None:
    experience = story.deliver()

    experiences.withdraw(experience.pk, by="system:operator", reason="a wrong song")
    refunds.work()
    story.work()

    assert (RemixRefund.objects.get().by, story.hold().status) == (story.artist.name, "refunded")


def test_nothing_goes_back_of_what_its_fan_erased(story: Story) -> None:
    erasure.erase_experience(story.deliver().pk, by=story.fan.actor, reason="the fan asked for it")

    story.stop()
    refunds.work()

    assert (RemixRefund.objects.count(), story.hold().back_wanted_at) == (0, None)


def test_what_stopped_before_its_fan_erased_it_is_paid_back(story: Story) -> None:
    experience = story.deliver()
    story.stop()

    erasure.erase_experience(experience.pk, by=story.fan.actor, reason="the fan asked for it")
    refunds.work()
    story.work()

    refund = RemixRefund.objects.get()
    assert (refund.by, refund.stopped_at, story.hold().status) == ("Harbor Lane", story.version.ended_at, "refunded")


def test_what_is_erased_while_payments_are_off_goes_back_once_they_are_on_again(story: Story) -> None:
    experience = story.deliver()
    story.stop()

    with override_settings(PAYMENTS="off"):
        erasure.erase_experience(experience.pk, by=story.fan.actor, reason="the fan asked for it")
    story.work()

    assert (RemixRefund.objects.get().amount, story.hold().status) == (400, "refunded")


def test_nothing_goes_back_after_the_last_day(story: Story, settings: Settings) -> None:
    story.deliver()
    settings.REMIX_REFUND_DAYS = 0

    story.stop()
    refunds.work()

    assert (RemixRefund.objects.count(), story.hold().back_wanted_at) == (0, None)


def test_a_lost_event_is_found_on_the_next_day(story: Story) -> None:
    story.deliver()
    story.stop()
    StopCheck.objects.all().delete()
    StopCheck.objects.create(due_at=Now() + timedelta(days=1))
    refunds.work()
    assert not RemixRefund.objects.exists()

    StopCheck.objects.update(due_at=Now())
    refunds.work()

    assert RemixRefund.objects.count() == 1
    assert (refunds.seconds_until_due() or 0) > 86_000


def test_a_card_is_paid_back_once_payments_are_on_again(story: Story) -> None:
    story.deliver()
    story.stop()
    with override_settings(PAYMENTS="off"):
        refunds.work()
    assert not RemixRefund.objects.exists()

    StopCheck.objects.update(due_at=Now())
    refunds.work()

    assert RemixRefund.objects.get().amount == 400


def test_raw_sql_pays_nothing_back_that_plays_and_nothing_twice(story: Story) -> None:
    experience = story.deliver()
    columns = "(experience_id, request, paid_by, amount, currency)"
    insert = f"INSERT INTO fans_remixrefund {columns} VALUES (%s, %s, 'card', %s, 'EUR')"
    back = "UPDATE billing_authorisation SET back_wanted_at = now(), back_reason = 'x' WHERE id = %s"
    refused("paid for a remix that stopped", insert, experience.pk, story.request.pk, 400)
    refused("what was delivered is paid back where it stopped", back, story.hold().pk)

    story.stop()

    for request, amount in ((story.request.pk + 1, 400), (story.request.pk, 399)):
        refused("paid for a remix that stopped", insert, experience.pk, request, amount)
    assert refunds.refund(story.request.pk, experience.pk)
    refused("unique", insert, experience.pk, story.request.pk, 400)
    for change in ("amount = 1", "by = 'Nobody'", "stopped_at = now()"):
        refused("permission denied", f"UPDATE fans_remixrefund SET {change}")
    refused("permission denied", "DELETE FROM fans_remixrefund")
    before = story.hold().back_wanted_at
    with transaction.atomic():
        authorisations.want_release(str(story.request), "again")
    assert (story.hold().back_wanted_at, story.hold().back_reason) == (before, "remix.stopped")


def test_a_fan_who_moves_to_where_nobody_permitted_it_gets_nothing_back(
    fake_provider: FakeStripe, artist: Artist, settings: Settings, tmp_path: Path
) -> None:
    story = Story(fake_provider, artist, settings, tmp_path, country="PT")
    subscribe(story.fan, artist, fake_provider)
    story.deliver()
    Person.objects.filter(pk=story.fan.pk).update(country="JP")
    stop = experiences.received_by(story.fan).get().stopped
    assert stop
    assert stop.country == "JP"

    StopCheck.objects.update(due_at=Now())
    refunds.work()

    assert not RemixRefund.objects.exists()
    story.stop()
    refunds.work()
    assert RemixRefund.objects.get().paid_by == "credit"
