"""The demo's requests: an open offer of Mara's, one message that arrived by hand, and one that waits."""

from artists.models import Draft, ExperienceRequest, ProgramVersion
from config.demo import requests
from config.demo.artist_data import MARA
from fans.models import Experience
from tests.servers import Database


def test_mara_takes_requests_and_ana_has_asked_twice(demo_database: Database) -> None:
    offer = ProgramVersion.objects.offers().get(artist__slug=MARA)
    arrived, waits = ExperienceRequest.objects.order_by("pk")
    draft = Draft.objects.get(moment=waits.moment)

    assert offer.program.name == requests.OFFER_NAME
    assert (arrived.state, waits.state, draft.state) == ("delivered", "waiting", "pending")
    experience = Experience.objects.get(draft=Draft.objects.get(moment=arrived.moment).pk)
    assert (experience.mark, experience.text) == ("written", requests.ANSWER)
    assert (draft.text or "").startswith("Dear Tomás, your friend, Ana")
