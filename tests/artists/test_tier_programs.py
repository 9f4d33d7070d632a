"""A program for tiers reaches fans alone whose tier includes it, for as long as it is paid."""

from typing import Any

import pytest
from django.conf import settings as site
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Person
from artists import delivery, drafts, programs
from artists.audiences import REASON_NO_TIER
from artists.exceptions import InvalidRequest
from artists.models import Draft, Moment, Program
from billing import tiers
from billing.models import TierVersion
from billing.tier_terms import IncludedProgram
from catalog.models import Artist
from fans.models import Experience
from tests import factories
from tests.artists import requests_scene
from tests.billing import factories as billing
from tests.billing import fan_scene
from tests.billing.fan_scene import Scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_undo_time")]


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


@pytest.fixture
def program(artist: Artist) -> Program:
    return factories.create_program(artist, audience="subscribed")


def sell(artist: Artist, *included: Program) -> TierVersion:
    chosen = tuple(IncludedProgram(program.pk, program.name) for program in included)
    return billing.create_tier(artist, programs=chosen)


def subscribe(fake: Any, version: TierVersion, fan: Person) -> Scene:
    scene = Scene(fake, fan, billing.get_price(version))
    scene.subscribe()
    fan_scene.reconcile_all(scene)
    return scene


def end(scene: Scene) -> None:
    """The whole payment goes back, so the lease ends."""
    charge = scene.find("charge")
    body = f"charge={charge['id']}&amount={charge['amount']}"
    headers = {"Authorization": "Bearer sk_test_simulated"}
    assert scene.fake.handle("POST", "/v1/refunds", headers, body).status == 200
    fan_scene.reconcile_all(scene)


def reach(fan: Person, artist: Artist) -> list[Moment]:
    return factories.detect_moments(factories.insert_listens(fan, artist, 3))


def test_only_a_fan_whose_tier_includes_it_reaches_its_moment(
    fake_provider: Any, artist: Artist, program: Program
) -> None:
    other = factories.create_program(artist, audience="subscribed", nth=2)
    payer, free = (factories.create_fan(name, opted_in=artist) for name in ("Ana", "Ben"))
    subscribe(fake_provider, sell(artist, program), payer)

    assert [moment.program for moment in reach(payer, artist)] == [program]
    assert reach(free, artist) == []
    assert not Moment.objects.filter(program=other).exists()


def test_paying_is_no_opt_in(fake_provider: Any, artist: Artist, program: Program) -> None:
    fan = factories.create_fan()
    subscribe(fake_provider, sell(artist, program), fan)

    assert reach(fan, artist) == []


def test_a_tier_of_another_artist_includes_nothing_here(fake_provider: Any, artist: Artist, program: Program) -> None:
    fan = factories.create_fan(opted_in=artist)
    subscribe(fake_provider, sell(factories.create_artist("Tidal Sum"), program), fan)

    assert reach(fan, artist) == []


def test_who_bought_keeps_a_program_that_a_newer_version_leaves_out(
    fake_provider: Any, artist: Artist, program: Program
) -> None:
    fan, version = factories.create_fan(opted_in=artist), sell(artist, program)
    subscribe(fake_provider, version, fan)
    newer = tiers.edit(version.tier, billing.write_terms(), by=factories.get_member(artist, "principal"))
    billing.put_on_sale(newer)

    assert [moment.program for moment in reach(fan, artist)] == [program]


def test_nothing_is_written_once_the_tier_has_ended(fake_provider: Any, artist: Artist, program: Program) -> None:
    fan = factories.create_fan(opted_in=artist)
    scene = subscribe(fake_provider, sell(artist, program), fan)
    [moment] = reach(fan, artist)
    end(scene)

    drafts.write_next()

    moment.refresh_from_db()
    assert (moment.state, moment.reason) == (Moment.State.REFUSED, REASON_NO_TIER)


def test_what_was_approved_is_not_delivered_once_the_tier_has_ended_and_what_was_delivered_stays(
    fake_provider: Any, artist: Artist, program: Program
) -> None:
    fan, later = (factories.create_fan(name, opted_in=artist) for name in ("Ana", "Ben"))
    version = sell(artist, program)
    scene = subscribe(fake_provider, version, fan)
    delivered = factories.create_approved_draft(artist, fan, program=program)
    delivery.deliver_next()
    end(scene)
    scene = subscribe(fake_provider, version, later)
    draft = factories.create_approved_draft(artist, later, program=program)
    end(scene)

    delivery.deliver_next()

    draft.refresh_from_db()
    assert (draft.state, draft.reason) == (Draft.State.UNDELIVERABLE, REASON_NO_TIER)
    assert Experience.objects.get().draft == delivered.pk
    assert not Experience.objects.get().is_hidden


def test_many_fans_are_looked_up_by_one_read(fake_provider: Any, artist: Artist, program: Program) -> None:
    fans = [factories.create_fan(f"Fan {number}", opted_in=artist) for number in range(4)]
    listens = [factories.insert_listens(fan, artist, 3) for fan in fans]

    with CaptureQueriesContext(connection) as queries:
        factories.detect_moments(*listens)

    assert sum("billing_entitlement" in query["sql"] for query in queries) == 1


def test_the_lookup_is_not_made_where_no_program_is_for_tiers(artist: Artist) -> None:
    factories.create_program(artist)
    fan = factories.create_fan(opted_in=artist)

    with CaptureQueriesContext(connection) as queries:
        assert len(reach(fan, artist)) == 1

    assert not any("billing_entitlement" in query["sql"] for query in queries)


def test_what_fans_ask_for_is_for_everybody(artist: Artist) -> None:
    offer = requests_scene.create_offer(artist)

    with pytest.raises(InvalidRequest, match="Everybody can ask"):
        programs.edit(
            offer.program, by=factories.get_member(artist, "principal"), moment="request", nth=1, audience="subscribed"
        )
    columns = {"artist": artist, "version": 9, "moment": "request", "nth": 1, "wording": offer.wording, "terms": "{}"}
    with pytest.raises(IntegrityError, match="a_tier_includes_programs_that_answer_listens"):
        offer.program.versions.create(**columns, by="system:test", audience="subscribed")


def test_the_artist_chooses_and_the_fan_reads_for_whom_it_is(fake_provider: Any, artist: Artist) -> None:
    principal = factories.get_member(artist, "principal")
    program = factories.create_program(artist)
    fan = factories.create_fan(opted_in=artist)
    form = {
        "do": "save", "times": "3", "recording": "", "audience": "subscribed", "seconds": str(site.REVIEW_SECONDS),
        "locale": "en", "template": "Thank you.",
    }  # fmt: skip
    studio, client = factories.signed_in_client(principal), factories.signed_in_client(fan)

    saved = studio.post(reverse("program", args=[artist.slug, program.pk]), form)
    assert saved.status_code == 302
    version = program.versions.latest("version")
    programs.sign(version, by=principal, fresh=True)

    assert version.needs_tier
    assert "With a tier that includes it" in client.get(f"/artists/{artist.slug}").content.decode()
    tier = sell(artist, program)
    subscribe(fake_provider, tier, fan)
    assert "In your tier" in client.get(f"/artists/{artist.slug}").content.decode()
    page = studio.get(reverse("program-version", args=[artist.slug, program.pk, version.version])).content.decode()
    assert "When a fan whose tier includes it has played your songs 3 times" in page
