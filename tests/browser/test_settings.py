"""The time zone of the browser, from sign-up or the first page, and a name that no message repeats."""

import itertools

from playwright.sync_api import expect

from accounts.models import Person
from tests import factories
from tests.browser.browsers import Browsers
from tests.browser.full_site import FullSite
from tests.factories import PASSWORD
from tests.servers import wait_until

LOS_ANGELES = "America/Los_Angeles"
_handles = (f"zone-{number}" for number in itertools.count(1))


def test_a_sign_up_sends_the_time_zone_of_the_browser(full_site: FullSite, browsers: Browsers) -> None:
    handle = next(_handles)
    page = browsers.open_page("/accounts/signup/", timezone_id=LOS_ANGELES)

    for name, value in {"email": f"{handle}@example.com", "password1": PASSWORD, "handle": handle}.items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=country]", "US")
    page.select_option("[name=age_band]", "18_plus")
    page.press("[name=handle]", "Enter")
    page.wait_for_url("**/accounts/confirm-email/")

    assert Person.objects.get(handle=handle).time_zone == LOS_ANGELES


def test_the_first_page_of_an_account_without_a_time_zone_tells_the_browsers(
    full_site: FullSite, browsers: Browsers
) -> None:
    fan = factories.create_fan("Ana")

    page = browsers.open_page("/settings", fan, timezone_id=LOS_ANGELES)

    expect(page.get_by_label("Time zone")).to_have_value(LOS_ANGELES)
    wait_until(lambda: Person.objects.filter(pk=fan.pk, time_zone=LOS_ANGELES).exists(), seconds=5)
    page.get_by_label("Time zone").fill("Asia/Tokyo")
    page.get_by_role("button", name="Save the time zone").click()
    expect(page.locator(".messages")).to_contain_text("Your time zone is changed.")
    page.goto("/listening")
    page.goto("/settings")
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")


def test_a_name_that_no_message_repeats_is_told_while_it_is_typed(full_site: FullSite, browsers: Browsers) -> None:
    fan = factories.create_fan("Ana", time_zone="Europe/Lisbon")
    page = browsers.open_page("/settings", fan)
    note = page.locator("#name-note")

    page.get_by_label("Name (optional)").press_sequentially(" 2000")
    expect(note).to_contain_text("Artists cannot greet you by this name")
    page.get_by_label("Name (optional)").fill("Nguyễn Thị Ánh Tuyết")

    expect(note).to_be_empty()
    fan.refresh_from_db()
    assert fan.name == "Ana"
