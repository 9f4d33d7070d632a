"""A history of one fan whose rows are in PostgreSQL: the product does everything, and FakeStripe is the provider."""

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from django.test import RequestFactory

from billing import views, webhook_work
from billing.exceptions import AlreadyBought, InvalidWebhook, ProviderError, Unpayable
from billing.models import Subscription, TierPrice, WebhookEvent
from billing.second_subscriptions import LIVE
from billing.simulated import checkout, control
from billing.simulated.exceptions import Refused
from billing.simulated.server import FakeStripe
from tests import factories
from tests.billing import fan_scene
from tests.billing.fan_scene import BOOK, Scene
from tests.billing.histories import ProviderSteps


class StoredHistory(ProviderSteps):
    def __init__(self, fake: FakeStripe, price: TierPrice) -> None:
        self.scene = Scene(fake, factories.create_fan(), price)
        name = self.scene.subscribe()
        customer = str(fake.simulation.find("subscription", name)["customer"])
        year = TierPrice.objects.get(version=price.version, currency=price.currency, interval="year")
        super().__init__(fake, customer, [price.provider_price, year.provider_price])

    def order(self, number: int) -> None:
        """The fan orders as the site does it, and pays."""
        try:
            order = self.scene.order()
            with self._alone():
                checkout.complete(
                    self.fake.simulation, self.fake.simulation.find("checkout.session", order.session_id), "succeeds"
                )
        except (AlreadyBought, Unpayable, ProviderError, Refused):
            return

    def work(self, number: int) -> None:
        for _ in range(number % 4 + 1):
            webhook_work.work_next()

    def fault(self, number: int) -> None:
        """The provider fails at one of the next answers, and the worker starts again later."""
        kind = ("500", "503", "reset")[number % 3]
        control.add_fault(self.fake.simulation, kind=kind, times=1 + number % 4, method="GET")
        self.work(3)
        self._mend()

    def compare(self, number: int) -> None:
        fan_scene.reconcile_all(self.scene)
        self._check_compared()

    def _secret(self) -> str:
        return str(settings.STRIPE_WEBHOOK_SECRETS[0])

    def _receive(self, body: bytes, header: str) -> None:
        request = RequestFactory().post(
            "/webhooks/stripe/", body, content_type="application/json", headers={"Stripe-Signature": header}
        )
        answer = views.stripe_webhook(request)
        if answer.status_code in {400, 429}:
            raise InvalidWebhook(answer.content.decode())
        assert answer.status_code == 200

    def _state_of(self, event: str) -> str | None:
        return WebhookEvent.objects.filter(event_id=event).values_list("state", flat=True).first()

    def _mend(self) -> None:
        """The provider answers again, and what was put off is due."""
        with self._alone():
            self.fake.simulation.knobs.pop("faults", None)
        WebhookEvent.objects.filter(state="received").update(due_at=Now())
        WebhookEvent.objects.exclude(pause_until=None).update(pause_until=None)

    def _check(self) -> None:
        """The promises that the database looks at when a transaction commits. The tests roll back."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    def _check_compared(self) -> None:
        self._check()
        fan_scene.assert_leases_follow_the_provider(self.scene)
        fan_scene.assert_books_agree(self.scene)
        assert Subscription.objects.filter(person=self.scene.fan, status__in=LIVE, book=BOOK).count() <= 1

    def _end(self) -> None:
        self._mend()
        for _ in range(2):  # what the first comparison ends changes something again
            fan_scene.reconcile_all(self.scene)
        self._check_compared()
