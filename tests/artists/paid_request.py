"""A fan who asks for a message that a card pays for, and what the provider and the workers do."""

from typing import Any

from artists.models import Draft, ExperienceRequest
from artists.requests import paying
from billing.models import Authorisation
from tests.artists import requests_scene as scene
from tests.billing import factories as billing
from tests.billing.fan_scene import DAY
from tests.billing.hold_scene import HoldScene


class Story:
    """A fan asks for a message of €5.00, and the provider does what it does."""

    def __init__(self, holds: HoldScene, **terms: Any) -> None:
        self.holds, self.artist, self.fan = holds, holds.artist, holds.fan
        billing.share_income(self.artist)
        self.version = scene.create_offer(self.artist, free_tries=0, prices={"EUR": 500}, seconds=30 * DAY, **terms)

    def ask(self) -> ExperienceRequest:
        self.request = scene.ask(self.fan, self.version)
        self.session = paying.start(self.request)
        return self.request

    def pay(self, card: str = "succeeds") -> None:
        self.holds.pay(self.session, card)
        self.work()

    def work(self) -> None:
        for _ in range(5):
            if not any([self.holds.tell(), scene.work()]):
                return

    def approve(self) -> Draft:
        draft = self.draft()
        scene.approve(draft)
        return draft

    def draft(self) -> Draft:
        return Draft.objects.select_related("artist").get(moment__request=self.request)

    def state(self) -> str:
        request = scene.read(self.request)
        return request.ending or request.state

    def hold(self) -> str:
        return Authorisation.objects.filter(reference=f"request:{self.request.pk}").latest("created_at").status
