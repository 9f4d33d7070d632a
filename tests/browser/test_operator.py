"""The operator's window in a browser: in by our own sign-in, an object found, and its personal text revealed.

A page that breaks the policy on scripts and styles writes an error on its console, which fails the test."""

import re

import pytest
from playwright.sync_api import Page

from audit.models import Entry
from tests import factories
from tests.browser.accessibility import find_violations
from tests.browser.browsers import Browsers, find_overflow
from tests.browser.factories import PASSWORD, create_experience_and_wait, set_password
from tests.operator.addresses import INDEX, MODELS, address

pytestmark = pytest.mark.usefixtures("full_site")


def sign_in_as_operator(browsers: Browsers) -> Page:
    """By our own page, where the address of the window leads."""
    staff = set_password(factories.create_person("Olga Operator", is_staff=True))
    page = browsers.open_page(INDEX)
    page.fill("[name=login]", staff.email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{INDEX}")
    return page


def test_an_operator_signs_in_finds_an_experience_and_reveals_it(browsers: Browsers) -> None:
    artist = factories.create_artist("Orla Finch")
    experience = create_experience_and_wait(artist, factories.create_fan("Fatima Fan", opted_in=artist))
    page = sign_in_as_operator(browsers)

    page.click("text=Experiences >> nth=0")
    page.fill("[name=key]", str(experience.pk))
    page.click("text=Open >> nth=0")
    page.wait_for_url(f"**{address('change', experience)}")
    hidden = page.content()
    page.select_option("[name=reason]", "fan_asked")
    page.fill("[name=case]", "SUP-1234")
    page.click("text=Reveal")
    page.wait_for_url("**/reveal/")

    assert experience.text
    assert "Fatima" not in hidden
    assert experience.text in re.sub(r"\s+", " ", page.inner_text("main"))
    entry = Entry.objects.get(action="operator.revealed", subject=f"experience:{experience.pk}")
    assert entry.facts["case"] == "SUP-1234"


def test_every_list_and_object_keeps_to_the_policy_and_can_be_read_by_all(browsers: Browsers) -> None:
    artist = factories.create_artist("Orla Wren")
    experience = create_experience_and_wait(artist)
    page = sign_in_as_operator(browsers)

    for path in (INDEX, f"{INDEX}fans/", *(address("changelist", model) for model in MODELS)):
        page.goto(path)
        assert page.locator("h1").count() == 1
    for path in (INDEX, address("changelist", type(experience)), address("change", experience)):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(path)
        assert find_violations(page) == [], path
        assert find_overflow(page, 768) == {}, path
