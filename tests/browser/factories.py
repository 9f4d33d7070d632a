"""Make people, drafts and experiences on the full site. These functions wait for its workers to write and deliver."""

from dataclasses import replace
from typing import Any

import msgspec
from allauth.account.models import EmailAddress
from django.db import transaction

from accounts import tokens
from accounts.models import Person
from artists import holds, review
from artists.models import Draft, Program
from artists.remixes import envelopes
from billing import checkouts, gifts, sync
from billing.models import Subscription
from billing.provider import get_provider
from billing.simulated import checkout as hosted
from catalog.models import Artist
from fans import orders
from fans.desk import state
from fans.models import Experience, RemixOffer
from tests import factories
from tests.artists import remix_request_scene, remix_scene, requests_scene
from tests.billing import factories as billing
from tests.browser.full_site import PIPELINE_TIMEOUT_SECONDS
from tests.factories import PASSWORD
from tests.rights import factories as owners
from tests.servers import wait_until


def set_password(person: Person) -> Person:
    """Let a person sign in with PASSWORD and a confirmed address."""
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.get_or_create(user=person, email=person.email, verified=True, primary=True)
    return person


def create_token(person: Person) -> str:
    """Make a token for scrobblers and return its secret."""
    return tokens.create(person, "player", by=person)[1]


def wait_for_pending_draft(artist: Artist, fan: Person | None = None, *, program: Program | None = None) -> Draft:
    """A new moment of the fan, and the draft that the worker wrote for it."""
    program = program or artist.programs.filter(state=Program.State.LIVE).first() or factories.create_program(artist)
    moment = factories.create_moment(Program.objects.select_related("current", "artist").get(pk=program.pk), fan)
    drafts = Draft.objects.select_related("artist", "person", "version__program").filter(moment=moment)
    draft = wait_until(drafts.first, seconds=PIPELINE_TIMEOUT_SECONDS)
    assert draft
    return draft


def approve_and_wait(draft: Draft, **changes: str) -> Experience:
    """Approve a draft as the principal, without time to undo, and wait until the worker has delivered it."""
    factories.remove_undo_time(draft.artist)
    review.approve(draft.pk, by=factories.get_member(draft.artist, "principal"), **changes)
    experiences = Experience.objects.select_related("person", "artist").filter(draft=draft.pk)
    experience = wait_until(experiences.first, seconds=PIPELINE_TIMEOUT_SECONDS)
    assert experience
    return experience


def create_experience_and_wait(
    artist: Artist, fan: Person | None = None, *, program: Program | None = None
) -> Experience:
    return approve_and_wait(wait_for_pending_draft(artist, fan, program=program))


def hold_draft(draft: Draft, person: Person) -> None:
    """Let a person have the draft open in review."""
    holds.hold_draft(draft, by=person)


def create_orders(artist: Artist, fan: Person) -> dict[str, Any]:
    """A tier on sale, one that waits, an order of the fan that is open, and one of another artist that was paid."""
    seller = factories.create_artist("Rui Sal")
    long = "Donaudampfschifffahrtsgesellschaft Ltd."
    with billing.run_fake() as fake:
        sold = billing.create_tier(artist, has_downloads=True)
        billing.create_tier(artist, name=long, lines=("تَيّار الليل", "W" * 120))
        waiting = billing.create_version(artist, name="Not signed")
        billing.create_promotion(artist, tier=sold.tier, percent=30, places=100)
        billing.create_promotion(artist, percent=50, code="NIGHTLINES")
        price, other = billing.get_price(sold), billing.get_price(billing.create_tier(seller))
        order, paid = (orders.start(fan, each, **billing.read_terms(fan, each)) for each in (price, other))
        hosted.complete(fake.simulation, fake.simulation.find("checkout.session", paid.id), "succeeds")
        checkouts.settle(get_provider().checkouts.fetch(paid.id))
        running = get_provider().checkouts.fetch(paid.id).subscription
        sync.compare(running, is_full=True)
        subscription = Subscription.objects.get(provider_id=running)
        gift = billing.give_tier(price, fan, fake=fake)
    return {
        "tier": sold.tier_id, "waiting_tier": waiting.tier_id, "price": price.pk,
        "order": order.client_reference_id, "paid": paid.client_reference_id, "seller": seller.slug,
        "gift": gift.pk, "gift_token": gifts.write_token(gift),
        "subscription": subscription.pk, "payment": subscription.invoices.get().pk,
        "other_price": billing.get_price(other.version, interval="year").pk,
    }  # fmt: skip


def create_remix_offer(artist: Artist, fan: Person) -> dict[str, Any]:
    """A song that fans may remix and ask for, and what one changed at the desk. Its sound is not there."""
    with transaction.atomic():  # no worker sees the corners meanwhile
        envelope = remix_scene.save_limits(owners.create_owned_song(artist, "Salt on the Dial").recording)
        principal = factories.get_member(artist, "principal")
        remix_scene.hear(envelope, principal)
        envelopes.sign(envelope, by=principal, fresh=True)
    remix_request_scene.create_offer(artist)
    desk = state.open_desk(fan, RemixOffer.objects.select_related("artist", "recording", "source").latest("pk"))
    state.change(desk, msgspec.structs.replace(desk.recipe, tempo_percent=95))
    return {"remix": envelope.recording_id}


def create_request(artist: Artist, fan: Person) -> dict[str, Any]:
    """An open offer, and what the fan asked for there."""
    version = requests_scene.create_offer(artist, prices={"EUR": 500})
    wish = replace(requests_scene.WISH, note=requests_scene.NOTE)
    return {"offer": version.program_id, "request": requests_scene.ask(fan, version, wish).pk}
