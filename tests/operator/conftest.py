"""One object of every model that operators see, and an operator who typed the password a moment ago."""

import copy
import uuid
from typing import Any

import pytest
from django.db import models
from django.test import Client

from accounts import invitations, tokens
from accounts.models import Invitation, Member, Person, Team, Token
from artists.models import Draft, ExperienceRequest, Moment, Program, ProgramVersion
from artists.requests.asking import Wish
from audit.models import Entry
from billing import webhooks
from billing.models import Checkout, Customer, Gift, Promotion, TierPrice, TierVersion, WebhookEvent
from catalog.models import Artist
from events.models import DeadLetter, Outbox
from fans.models import Experience, OptIn
from ledger.models import Account, Transaction
from ledger.models import Entry as LedgerEntry
from listens import sources
from listens.models import Listen, Source
from rights.models import Decision, Grant
from tests import factories
from tests.artists import requests_scene
from tests.billing.factories import create_promotion, give_tier, order_tier
from tests.billing.test_webhooks import PAID
from tests.ledger.factories import post_charge
from tests.operator.payments import create_payments
from tests.operator.payouts import create_payouts
from tests.operator.remixes import create_remixes
from tests.trust.factories import a_report
from trust.models import Report

type Objects = dict[type[models.Model], Any]


@pytest.fixture
def staff(db: None) -> Person:
    return factories.create_person("Olga Operator", is_staff=True)


@pytest.fixture
def operator(staff: Person) -> Client:
    return factories.fresh_client(staff)


@pytest.fixture(scope="module")
def module_objects(module_db: None) -> Objects:
    return create_objects()


@pytest.fixture
def objects(db: None, module_objects: Objects) -> Objects:
    return copy.deepcopy(module_objects)


def create_objects() -> Objects:
    artist = factories.create_artist("Mara Veil")
    recording = factories.create_recording(artist, "A Hidden Song")
    program = factories.create_program(artist, recording=recording)
    fan = factories.create_fan("Fatima Fan", opted_in=artist, country="NO")
    experience = factories.create_experience(artist, fan)
    draft = Draft.objects.get(pk=experience.draft)
    Moment.objects.filter(pk=draft.moment_id).update(reason="guard: it names Somebody Hidden")
    Draft.objects.filter(pk=draft.pk).update(reason="declined: words of a reviewer")
    listen = Listen.objects.filter(person=fan).latest("pk")
    Listen.objects.filter(pk=listen.pk).update(
        album="A Hidden Album", client="hidden-client", extra={"note": "a hidden note"}
    )
    wish = Wish("Hilde", "new_start", "sister", "new_job", note="A hidden line", may_share_name=True)
    request = requests_scene.ask(fan, requests_scene.create_offer(artist), wish)
    invitation, _ = invitations.create(
        artist.team, "hidden@example.com", "editor", by=factories.get_member(artist, "owner")
    )
    token, _ = tokens.create(fan, "Fatima's phone", by=fan)
    record: dict[str, Any] = {"topic": "listens.v1", "key": b"hidden key", "value": b"\xffhidden value"}
    record["headers"] = [["ce_id", "hidden header"]]
    outbox = Outbox.objects.create(**record, keep_until_counted=True)
    where: dict[str, Any] = {"topic_id": uuid.uuid4(), "partition": 0, "offset": 7}
    dead_letter = DeadLetter.objects.create(**record, **where, reason="unexpected ValueError: hidden words")
    posted = post_charge()
    webhooks.store([PAID], book="simulated")
    order = order_tier(artist, fan)
    entry = posted.entries.select_related("account").latest("pk")
    return {
        Person: fan,
        Team: artist.team,
        Member: artist.team.members.latest("pk"),
        Invitation: invitation,
        Token: token,
        Artist: artist,
        Program: program,
        ProgramVersion: program.current,
        Moment: draft.moment,
        Draft: draft,
        ExperienceRequest: request,
        Experience: experience,
        OptIn: OptIn.objects.get(person=fan),
        Listen: listen,
        Source: sources.add("https://player.example/app", by="system:operator")[0],
        Outbox: outbox,
        DeadLetter: dead_letter,
        Grant: artist.grants.get(use="personal_message"),
        Decision: experience.decision,
        Report: a_report(fan, artist=artist.pk),
        Account: entry.account,
        Transaction: posted,
        LedgerEntry: entry,
        Customer: Customer.objects.get(person=fan),
        Checkout: order,
        TierPrice: order.price,
        Promotion: create_promotion(order.price.artist),
        Gift: give_tier(order.price, factories.create_fan()),
        TierVersion: order.price.version,
        WebhookEvent: WebhookEvent.objects.get(),
        **create_payments(fan),
        **create_payouts(),
        **create_remixes(),
        Entry: Entry.objects.latest("pk"),
    }
