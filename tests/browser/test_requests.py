"""A fan asks for a message, lets a card be held on the provider's page, and it arrives after the artist's yes."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from artists.models import ExperienceRequest, ProgramVersion
from billing.models import Authorisation
from tests import factories
from tests.artists import requests_scene
from tests.billing import factories as billing
from tests.browser.browsers import Browsers


@pytest.fixture(scope="module")
def version(payment_provider: None) -> ProgramVersion:
    """An open offer at €8.00, and the simulated provider as a process of its own."""
    artist = factories.create_artist("Ebb Choir")
    billing.share_income(artist)
    factories.set_undo_time(artist, 4)
    return requests_scene.create_offer(artist, free_tries=0, prices={"EUR": 800}, seconds=5 * 86_400)


def test_a_request_is_held_approved_charged_after_the_time_to_undo_and_arrives(
    version: ProgramVersion, browsers: Browsers
) -> None:
    fan = factories.create_fan("Zeynep")
    page = browsers.open_page("/artists/ebb-choir", fan)
    page.get_by_role("link", name=re.compile("^Ask")).click()
    page.get_by_label("To whom, a first name").fill("Leyla")
    page.get_by_label("For", exact=True).select_option("exam")
    page.get_by_label("In the message you are").select_option("sister")
    page.get_by_role("checkbox", name=re.compile("I may share this name")).check()
    page.get_by_role("checkbox", name=re.compile("Start today")).check()
    page.get_by_role("button", name="Hold €8.00 and ask").click()
    expect(page).to_have_url(re.compile(re.escape(settings.STRIPE_URL) + "/pay/checkout/"))
    page.get_by_role("radio", name="succeeds", exact=True).check()
    page.get_by_role("button", name=re.compile("^(Hold|Pay)")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("It waits for an answer", timeout=20_000)

    request = ExperienceRequest.objects.get(person=fan)
    expect(page.get_by_text("The answer comes by")).to_be_visible(timeout=20_000)
    studio = browsers.open_page("/studio/ebb-choir/review", factories.get_member(version.artist, "principal"))
    expect(studio.get_by_text("Charged only if you say yes")).to_be_visible()
    studio.get_by_role("button", name=re.compile("^Approve")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("It is decided|It is here"), timeout=20_000)
    assert Authorisation.objects.get(reference=f"request:{request.pk}").status in ("held", "capture_wanted", "captured")

    expect(page.get_by_role("heading", level=1)).to_have_text("It is here", timeout=30_000)
    assert Authorisation.objects.get(reference=f"request:{request.pk}").status == "captured"
    page.get_by_role("link", name="Read it").click()
    expect(page.get_by_text("Dear Leyla, your sister, Zeynep, asked me to write")).to_be_visible()
