"""An invitation to a team: sent by mail, and accepted after sign-up."""

from playwright.sync_api import expect

from accounts.models import Person
from tests import factories
from tests.browser.browsers import PHONE, Browsers
from tests.browser.full_site import FullSite
from tests.factories import PASSWORD


def test_an_invited_person_signs_up_and_joins_the_team(full_site: FullSite, browsers: Browsers) -> None:
    artist = factories.create_artist("Ines Quay")
    team = f"/studio/{artist.slug}/team"
    owner = browsers.open_page(team, factories.get_member(artist, "principal"), fresh=True)

    # The team invites an address. The message is the same for every address.
    owner.get_by_label("Their email address").fill("Newhand@example.com")
    owner.get_by_role("button", name="Invite").click()
    expect(owner.locator(".messages")).to_contain_text("We sent an invitation to newhand@example.com.")
    expect(owner.get_by_role("listitem").filter(has_text="newhand@example.com")).to_contain_text("Reviewer, until")

    # The invited person signs up on a phone and is not a member yet.
    invitation = full_site.mail_link_for("newhand@example.com")
    guest = browsers.open_page(invitation, **PHONE)
    guest.get_by_role("main").get_by_role("link", name="Sign up").click()
    for name, value in {"email": "newhand@example.com", "password1": PASSWORD, "handle": "newhand"}.items():
        guest.fill(f"[name={name}]", value)
    guest.select_option("[name=country]", "PT")
    guest.select_option("[name=age_band]", "18_plus")
    guest.press("[name=handle]", "Enter")
    guest.wait_for_url("**/accounts/confirm-email/")
    guest.goto(full_site.mail_link_for("newhand@example.com"))
    guest.click("main form button")
    guest.wait_for_load_state()
    guest.goto(invitation)
    expect(guest.locator("main")).to_contain_text("invites you to the team of Ines Quay, as reviewer.")
    assert not artist.team.members.filter(person=Person.objects.get(handle="newhand")).exists()

    # They join.
    guest.get_by_role("button", name="Join").click()
    guest.wait_for_url(f"**/studio/{artist.slug}/")
    expect(guest.locator(".messages")).to_contain_text("You are now in the team of Ines Quay, as reviewer.")
    owner.goto(team)
    expect(owner.get_by_role("listitem").filter(has_text="newhand@example.com")).to_contain_text("Reviewer since")
    owner.goto(f"/studio/{artist.slug}/history")
    expect(owner.locator("main")).to_contain_text("joined as reviewer")
