"""A fan who pays for a request over a FakeStripe: asking, paying, what events tell, and what the worker asks for."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import Person
from billing import authorisations, holds, webhook_work, webhooks
from billing.models import Authorisation
from billing.provider.events import read_event
from billing.provider_objects import CheckoutSession
from billing.simulated import checkout
from billing.simulated.objects import Object
from catalog.models import Artist
from ledger.balances import read_balances
from rights import decisions
from rights.models import Decision
from tests import factories
from tests.billing.fan_scene import BOOK, ProviderScene

REFERENCE = "request:1"


def decide(artist: Artist, content: str = "1" * 64, why: str = "2" * 64) -> Decision:
    """A principal decided on a shape, and a reviewer on exactly one item under it."""
    principal, reviewer = (factories.get_member(artist, role).actor for role in ("principal", "reviewer"))
    with transaction.atomic():
        shape = decisions.record_decision("shape", "0" * 64, artist=artist, by=principal, role="principal")
        about: dict[str, Any] = {"artist": artist, "by": reviewer, "role": "reviewer", "under": shape}
        return decisions.record_decision("item", content, why_hash=why, **about)


@dataclass
class HoldScene(ProviderScene):
    """One fan, one artist, and the fan's requests."""

    fan: Person
    artist: Artist
    reference: str = REFERENCE

    def start(self, reference: str = "", amount: int = 500, currency: str = "EUR") -> CheckoutSession:
        return authorisations.start(
            self.fan,
            self.artist.pk,
            reference=reference or self.reference,
            amount=amount,
            currency=currency,
            description="A message of Mara Veil",
            paper="€5.00 are held.",
            page_of=lambda row: f"https://fanfare.example/payments/{row.pk}",
        )

    def pay(self, session: CheckoutSession, card: str = "succeeds") -> None:
        sim = self.fake.simulation
        checkout.complete(sim, sim.find("checkout.session", session.id), card)

    def hold(self, card: str = "succeeds", **order: Any) -> Authorisation:
        """An amount that is held, and of which we know."""
        self.pay(self.start(**order), card)
        self.tell()
        return self.row(order.get("reference", ""))

    def capture(self, card: str = "succeeds") -> Authorisation:
        self.hold(card)
        self.want_capture()
        self.work()
        return self.row()

    def want_capture(self) -> bool:
        decision = decide(self.artist)
        with transaction.atomic():
            return authorisations.want_capture(self.reference, decision.pk)

    def want_release(self, reason: str = "declined") -> bool:
        with transaction.atomic():
            return authorisations.want_release(self.reference, reason)

    def want_refund(self, reason: str = "the artist left") -> bool:
        with transaction.atomic():
            return authorisations.want_release(self.reference, reason)

    def row(self, reference: str = "") -> Authorisation:
        found = authorisations.find(reference or self.reference)
        assert found is not None
        return found

    def tell(self) -> bool:
        """Deliver what is new, and work until nothing is due. Returns whether anything was."""
        webhooks.store(map(read_event, self.events()), book=BOOK)
        return self.work()

    def work(self) -> bool:
        for done in range(100):
            if not (webhook_work.work_next() or holds.work_next()):
                return done > 0
        raise AssertionError("There is work without end.")

    def intent(self) -> Object:
        return self.fake.simulation.find("payment_intent", self.row().provider_id)

    def deferred(self) -> int:
        """What the ledger has of requests that are not delivered yet."""
        return -sum(read_balances(book=BOOK, under="deferred").values())
