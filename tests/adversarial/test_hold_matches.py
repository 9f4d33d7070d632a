"""Raw SQL: what a card pays for is delivered for the hold of exactly this request, and of no other."""

import uuid
from typing import Any

import pytest

from accounts import consents
from artists.models import Draft, ExperienceRequest
from artists.requests import following
from billing.models import Authorisation, SpendingSettings
from catalog.models import Artist
from fans.models import Experience
from tests import factories
from tests.adversarial.test_authorisation_constraints import ASK, BACK, CAPTURED, HOLD, SET, WANT
from tests.adversarial.test_database_constraints import refused, sql
from tests.adversarial.test_experience_constraints import insert_experience_sql
from tests.artists import requests_scene as scene
from tests.billing import factories as billing
from tests.billing.hold_scene import decide

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_provider", "no_undo_time")]


def hold(request: ExperienceRequest, **changes: Any) -> str:
    """An amount that is held for the request, but for the changes. Returns the condition that finds its row."""
    one = {"person": request.person, "artist": request.artist_id, "reference": str(request), "amount": 500}
    one |= {"currency": "EUR"} | changes
    consent = consents.give(one["person"], one["reference"], 1, "€5.00 are held.").pk
    row, name = uuid.uuid4(), uuid.uuid4().hex
    about = (one["person"].pk, one["artist"], one["reference"], "simulated", one["currency"], one["amount"])
    sql(ASK, row, *about, consent, "1 hour", "authorising", "")
    sql(f"{HOLD} WHERE id = %s".replace("cs_1", f"cs_{name}").replace("pi_1", f"pi_{name}"), row)
    return f" WHERE id = '{row}'"


@pytest.fixture
def draft(artist: Artist) -> Draft:
    """An approved answer to a paid request, which counts as charged and delivered. Its hold was let go."""
    billing.share_income(artist)
    request = scene.ask(factories.create_fan(), scene.create_offer(artist, free_tries=0, prices={"EUR": 500}))
    billing.choose_currency(request.person)
    first = hold(request)
    assert following.follow(request.pk)
    scene.approve(written := scene.write(request))
    for state in ("capturing", "paid"):
        sql("UPDATE artists_experiencerequest SET state = %s", state)
    sql("UPDATE artists_draft SET state = 'delivered'")
    sql(BACK + first)
    sql(SET + "status = 'released'" + first)
    return Draft.objects.select_related("version", "moment__request", "person").get(pk=written.pk)


def capture(draft: Draft, *, decision: int | None = None, **changes: Any) -> None:
    row = hold(draft.moment.request, **changes)
    sql(WANT + row, decision or draft.decision_id)
    sql(CAPTURED + row)


def deliver(draft: Draft) -> tuple[Any, ...]:
    statement, values = insert_experience_sql(draft)
    return (statement, *values)


def test_its_own_hold_delivers_it_so_the_refusals_below_mean_something(draft: Draft) -> None:
    capture(draft)

    sql(*deliver(draft))

    assert Experience.objects.get().draft == draft.pk


@pytest.mark.parametrize("change", ["person", "reference", "amount", "currency", "decision", "artist"])
def test_the_hold_of_something_else_delivers_nothing(draft: Draft, change: str) -> None:
    stranger, other = factories.create_fan("Ben"), factories.create_artist("Ove Lind")
    billing.choose_currency(stranger)
    if change == "currency":
        SpendingSettings.objects.filter(person=draft.person).update(currency="USD")
    changes: dict[str, dict[str, Any]] = {
        "person": {"person": stranger},
        "reference": {"reference": f"request:{draft.moment.request.pk + 1}"},
        "amount": {"amount": 400},
        "currency": {"currency": "USD"},
        "decision": {"decision": decide(draft.artist).pk},
        "artist": {"artist": other.pk, "decision": decide(other).pk},
    }
    capture(draft, **changes[change])

    refused("delivered once it is paid", *deliver(draft))


@pytest.mark.parametrize("after", ["", "held", "capture_wanted", "failed"])
def test_what_is_not_charged_delivers_nothing(draft: Draft, after: str) -> None:
    row = hold(draft.moment.request) if after else ""
    if after in ("capture_wanted", "failed"):
        sql(WANT + row, draft.decision_id)
    if after == "failed":
        sql(SET + "status = 'failed'" + row)

    refused("delivered once it is paid", *deliver(draft))
    assert not Authorisation.objects.filter(status="captured").exists()
