"""The page on which staff lower an age."""

import pytest

from accounts.models import AgeChange, Person
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/desk/ages"


@pytest.fixture
def fan() -> Person:
    return factories.create_fan()


def form(person: Person, **changes: str) -> dict[str, str]:
    return {"email": person.email, "age_band": "16_17", "reason": "A parent wrote."} | changes


def test_staff_lower_an_age_and_see_that_they_did(fan: Person) -> None:
    desk = factories.fresh_client(factories.get_staff())

    assert desk.post(PAGE, form(fan))["Location"] == PAGE

    fan.refresh_from_db()
    assert fan.age_band == "16_17"
    page = desk.get(PAGE).content.decode()
    assert (fan.handle in page, "A parent wrote." in page) == (True, True)


def test_what_cannot_be_lowered_is_said(fan: Person) -> None:
    staff = factories.get_staff()
    desk = factories.fresh_client(staff)

    nobody = desk.post(PAGE, form(fan, email="nobody@example.com"))
    answers = [
        desk.post(PAGE, form(fan, **changes)).status_code for changes in ({"age_band": "18_plus"}, {"reason": ""})
    ]
    own = desk.post(PAGE, form(staff))

    assert (nobody.status_code, b"Nobody with this address" in nobody.content) == (422, True)
    assert answers == [422, 422]
    assert (own.status_code, b"nobody their own" in own.content) == (409, True)
    assert not AgeChange.objects.exists()
