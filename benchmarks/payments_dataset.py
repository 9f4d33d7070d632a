"""The demo's world with tiers on sale at a simulated provider of its own, and many fans who pay for one of them.

The fans' leases come from SQL as the owner, with the triggers off: a lease is measured here, and not how it came about.
"""

import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import harness  # noqa: F401 - sets up Django
import requests
from django.conf import settings
from django.db import connection

from accounts.models import Person
from billing import customers
from billing.models import TierPrice
from billing.provider import connect, get_provider
from config.database import as_owner
from config.demo import tiers
from config.demo.seed import seed_demo
from config.processes import PAYMENTS_COMMAND, manage_process
from config.smoke.checks import is_healthy, wait_for
from events.kafka import create_topics
from worker.embedded import find_free_port
from worker.supervisor import Supervisor

TABLES = ("billing_subscription", "billing_entitlement")
INSERT_FANS = """
INSERT INTO accounts_person (id, password, email, handle, name, country, age_band, is_staff, is_active)
SELECT gen_random_uuid(), '!', 'fan' || n || '@bench.example', 'bench-' || n, 'Fan ' || n, 'DE', '18_plus', false, true
FROM generate_series(0, %(fans)s - 1) n
"""
INSERT_SUBSCRIPTIONS = """
INSERT INTO billing_subscription (book, provider_id, person_id, artist_id, price_id, status, created, synced_at)
SELECT 'simulated', 'sub_bench_' || substr(handle, 7), id, %(artist)s, %(price)s, 'active', now(), now()
FROM accounts_person WHERE handle LIKE 'bench-%%'
"""
INSERT_ENTITLEMENTS = """
INSERT INTO billing_entitlement (person_id, artist_id, tier_id, version_id, book, source, subscription_id, valid_from,
    valid_until, may_generate, reason)
SELECT person_id, artist_id, %(tier)s, %(version)s, book, 'subscription:' || id, id, now(), now() + interval '20 days',
    true, 'paid'
FROM billing_subscription
"""


@dataclass(frozen=True)
class PayingFans:
    price: TierPrice
    fans: list[UUID]


@contextmanager
def run_provider(urls: dict[str, str]) -> Iterator[int]:
    """A simulated provider in a process of its own, which posts no webhooks. Gives the number of the process."""
    url = f"http://127.0.0.1:{find_free_port()}"
    settings.KAFKA_TOPIC_PREFIX = f"bench-{uuid.uuid4().hex[:8]}."
    create_topics()
    os.environ.update(urls, SIMULATED_PAYMENTS_URL=url)
    settings.STRIPE_URL = url
    connect.cache_clear()
    supervisor = Supervisor([manage_process("payments", *PAYMENTS_COMMAND)])
    supervisor.start()
    try:
        if not wait_for(partial(is_healthy, url, "/"), seconds=30):
            raise SystemExit("The simulated provider did not start.")
        control("knobs", drop=100)
        [running] = supervisor.supervised
        assert running.child
        yield running.child.pid
    finally:
        supervisor.stop()


def control(name: str, **arguments: object) -> None:
    headers = {"Authorization": f"Bearer {settings.STRIPE_SECRET_KEY}"}
    requests.post(
        f"{settings.STRIPE_URL}/control/{name}", json=arguments, headers=headers, timeout=10
    ).raise_for_status()


def create_paying_fans(fans: int) -> PayingFans:
    """The demo with its tiers on sale, and so many fans who have one."""
    seed_demo()
    if not tiers.sell_tiers():
        raise SystemExit("No tier could be put on sale.")
    price = TierPrice.objects.select_related("version").filter(currency="EUR", interval="month").earliest("pk")
    facts = {
        "fans": fans, "artist": price.artist_id, "price": price.pk, "tier": price.version.tier_id,
        "version": price.version_id,
    }  # fmt: skip
    insert_without_triggers((INSERT_FANS, INSERT_SUBSCRIPTIONS, INSERT_ENTITLEMENTS), facts, TABLES)
    found = Person.objects.filter(handle__startswith="bench-").order_by("handle").values_list("pk", flat=True)
    return PayingFans(price, list(found))


def insert_without_triggers(statements: Sequence[str], facts: Mapping[str, Any], tables: Sequence[str]) -> None:
    """As the owner. The triggers of these tables are on again afterwards."""
    with as_owner(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement, facts)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("ANALYZE")


def subscribe_at_provider(paying: PayingFans, count: int) -> list[str]:
    """So many fans subscribe at the provider, which nobody told us. Returns the ids of their subscriptions."""
    client, names = get_provider().customers.client, []
    for person in Person.objects.filter(pk__in=paying.fans[:count]):
        customer = customers.get_or_create(person)
        control("card", customer=customer, card="succeeds")
        found = client.v1.subscriptions.create(
            {"customer": customer, "items": [{"price": paying.price.provider_price}]}
        )
        names.append(found.id)
    return names
