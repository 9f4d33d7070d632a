"""Measure payments: the check of access, webhooks that are stored, and subscriptions that are brought up to date.

make bench-billing [ARGS="--fans 10000 --subscriptions 100"]
"""

import argparse
import gc
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import harness  # sets up Django
import payments_closing
import payments_dataset
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from harness import Run, Stopwatch
from payments_dataset import PayingFans
from process_meter import ProcessMeter

from billing import leases, views, webhook_work, webhooks
from billing.models import Entitlement, Subscription, WebhookEvent
from billing.provider import API_VERSION, get_provider
from billing.provider_objects import ProviderEvent
from billing.simulated.events import Delivery
from config.database import temporary_database
from ledger.models import Transaction

CHECKS, WEBHOOKS, LIST_SECONDS = 500, 2_000, 86_400
MAX_FIGURES = {"access_queries": 1, "access_ms": 0.5, **payments_closing.TARGETS}
MIN_FIGURES = {"webhooks_a_second": 300.0, "synced_a_second": 100.0}
OBJECTS = 3
"""Of a subscription that is new to us: itself, its invoice, and the payment of that."""
OURS, STATUS, IDIOM, BARE = "ours", "status flag", "Django idiom", "bare fetches"
DESCRIPTION = """\
{fans:,} fans have a tier. Access: the one read of the lease, and beside it the idiom that products have in its place,
the subscription with a status that is active. Webhooks: our view checks the signature and stores the event; the idiom
is get_or_create of the same row from the same body, without a check. Subscriptions: each is new to us, with an
invoice and a payment, which makes {objects} objects; our side fetches, writes, computes the lease and posts the ledger;
beside it, the same fetches one after the other from the same provider, a process of its own over HTTP, and nothing
else. One process works; PostgreSQL and the provider share the machine. {repeats} rounds in turn, medians; seconds by
the clock, and of this process's CPU."""


# Access


def measure_access(paying: PayingFans) -> dict[str, float]:
    chosen, artist = paying.fans[:: max(len(paying.fans) // CHECKS, 1)][:CHECKS], paying.price.artist_id
    with CaptureQueriesContext(connection) as queries:
        if not leases.has_access(chosen[0], artist):
            raise SystemExit("Who paid has no access.")
    checks: dict[str, Callable[[UUID], object]] = {
        OURS: lambda fan: leases.has_access(fan, artist),
        STATUS: lambda fan: Subscription.objects.filter(person=fan, artist=artist, status="active").exists(),
    }
    runs = harness.run_in_turn({name: partial(check_all, check, chosen) for name, check in checks.items()})
    harness.print_table(f"Access, {CHECKS} fans", runs)
    ours = 1_000 / harness.median(runs[OURS], "rate")
    ratio = 1_000 / harness.median(runs[STATUS], "rate") / ours
    print(f"  {ours:.3f} ms each, in {len(queries)} query; {ratio:.2f} times as fast as the status flag")
    return {"access_queries": len(queries), "access_ms": ours, "access_times_status": ratio}


def check_all(check: Callable[[UUID], object], fans: Sequence[UUID]) -> Run:
    watch = Stopwatch()
    check(fans[0])
    watch.note(0)
    for fan in fans:
        check(fan)
    watch.note(len(fans))
    return watch.run()


# Webhooks


def make_bodies(count: int, subscriptions: Sequence[str]) -> list[bytes]:
    """Events about subscriptions, with objects as large as the provider's."""
    client = get_provider().subscriptions.client
    about = client.v1.subscriptions.retrieve(subscriptions[0]).to_dict()
    now = int(time.time())
    return [
        json.dumps(
            {
                "id": f"evt_bench_{time.monotonic_ns()}_{number}",
                "object": "event",
                "type": "customer.subscription.updated",
                "created": now,
                "livemode": False,
                "api_version": API_VERSION,
                "data": {"object": {**about, "id": f"sub_bench_{number}"}},
            },
            default=str,
        ).encode()
        for number in range(count)
    ]


def store_as_we_do(bodies: Sequence[bytes]) -> Run:
    factory, secret = RequestFactory(), settings.STRIPE_WEBHOOK_SECRETS[0]
    now, requests = int(time.time()), []
    for body in bodies:
        header = {"Stripe-Signature": Delivery("", "", body).signature(secret, now)}
        requests.append(factory.post("/webhooks/stripe/", body, content_type="application/json", headers=header))
    watch = Stopwatch()
    watch.note(0)
    for request in requests:
        if views.stripe_webhook(request).status_code != 200:
            raise SystemExit("A webhook was refused.")
    watch.note(len(requests))
    return watch.run()


def store_by_idiom(bodies: Sequence[bytes]) -> Run:
    watch = Stopwatch()
    watch.note(0)
    for body in bodies:
        event = json.loads(body)
        about = event["data"]["object"]
        WebhookEvent.objects.get_or_create(
            book="simulated",
            account="",
            event_id=event["id"],
            defaults={
                "type": event["type"],
                "livemode": event["livemode"],
                "api_version": event["api_version"],
                "object_type": about["object"],
                "object_id": about["id"],
                "created": datetime.fromtimestamp(event["created"], UTC),
            },
        )
    watch.note(len(bodies))
    return watch.run()


def measure_webhooks(subscriptions: Sequence[str]) -> dict[str, float]:
    runs = harness.run_in_turn(
        {
            OURS: lambda: store_as_we_do(make_bodies(WEBHOOKS, subscriptions)),
            IDIOM: lambda: store_by_idiom(make_bodies(WEBHOOKS, subscriptions)),
        }
    )
    WebhookEvent.objects.filter(event_id__startswith="evt_bench_").update(state="done", finished_at=Now())
    harness.print_table(f"Webhooks stored, {WEBHOOKS:,}", runs)
    rate = harness.median(runs[OURS], "rate")
    times = rate / harness.median(runs[IDIOM], "rate")
    harness.print_ratio("stored a second", rate, MIN_FIGURES["webhooks_a_second"])
    print(f"  times the Django idiom: {times:.2f}")
    cpu = 1e6 / harness.median(runs[OURS], "cpu_us")
    return {"webhooks_a_second": rate, "webhooks_a_cpu_second": cpu, "webhooks_times_idiom": times}


# Subscriptions


def fetch_bare(names: Sequence[str]) -> Run:
    """What `sync_subscription` asks for the first time, and nothing else."""
    provider, watch = get_provider(), Stopwatch()
    watch.note(0)
    for name in names:
        provider.subscriptions.fetch(name)
        for invoice in provider.invoices.list_of(name):
            for intent in invoice.payment_intents:
                provider.payments.fetch_with_charge(intent)
    watch.note(len(names))
    return watch.run()


def sync_stored(names: Sequence[str]) -> Run:
    """Work on stored events, each of a subscription that we do not know yet."""
    watch, count = Stopwatch(), 0
    watch.note(0)
    while webhook_work.work_next():
        count += 1
    watch.note(len(names))
    known = Subscription.objects.filter(provider_id__in=names, entitlement__isnull=False).count()
    if known != len(names):
        raise SystemExit(f"Of {len(names)} subscriptions {known} have a lease.")
    return watch.run()


def events_of(names: Sequence[str]) -> list[ProviderEvent]:
    """The events that the provider lists about these subscriptions, as webhooks would bring them."""
    since = datetime.now(UTC) - timedelta(seconds=LIST_SECONDS)
    wanted = set(names)
    return [
        event
        for event in get_provider().events.list_since(since)
        if event.object_id in wanted or event.related.get("subscription") in wanted
    ]


def measure_sync(names: Sequence[str], provider: int) -> dict[str, float]:
    """Each round has subscriptions of its own. `provider` is the process that answers."""
    size, runs = len(names) // harness.REPEATS, {OURS: list[Run](), BARE: list[Run]()}
    taken = {OURS: 0.0, BARE: 0.0}
    for turn in range(harness.REPEATS):
        chosen = names[turn * size : (turn + 1) * size]
        for name, side in ((BARE, fetch_bare), (OURS, sync_stored)):
            if name == OURS:  # before it is measured: to list events is as much work for the provider as all the rest
                webhooks.store(events_of(chosen), book="simulated")
            gc.collect()
            meter = ProcessMeter(provider)
            runs[name].append(side(chosen))
            taken[name] += meter.cpu_seconds
    harness.print_table(f"Subscriptions brought up to date, {size} a round", runs)
    ours, cpu = OBJECTS * harness.median(runs[OURS], "rate"), OBJECTS * 1e6 / harness.median(runs[OURS], "cpu_us")
    share = ours / OBJECTS / harness.median(runs[BARE], "rate")
    of_provider = taken[OURS] / sum(run.seconds for run in runs[OURS])  # both of the same spans of time
    harness.print_ratio("objects a second, by the clock", ours, MIN_FIGURES["synced_a_second"])
    print(f"  {cpu:.0f} objects a second of this process's CPU; the provider took {of_provider:.0%} of a core")
    print(f"  share of the bare fetches: {share:.2f}; {Transaction.objects.count()} charges posted")
    return {
        "synced_a_second": ours,
        "synced_a_cpu_second": cpu,
        "synced_provider_cores": of_provider,
        "synced_share_of_bare": share,
    }


def main(fans: int, subscriptions: int) -> None:
    print(DESCRIPTION.format(fans=fans, objects=OBJECTS, repeats=harness.REPEATS), flush=True)
    started = time.monotonic()
    with temporary_database("bench") as urls, payments_dataset.run_provider(urls) as provider:
        paying = payments_dataset.create_paying_fans(fans)
        names = payments_dataset.subscribe_at_provider(paying, subscriptions)
        print(f"Generating them took {time.monotonic() - started:.0f} s.", flush=True)
        figures = measure_access(paying) | measure_webhooks(names)
        figures |= measure_sync(names, provider)
        figures |= payments_closing.measure_closing(paying)
        if Entitlement.objects.count() < fans:
            raise SystemExit("Entitlements are missing.")
        connection.close()
    harness.print_verdict("billing", figures, MIN_FIGURES, maxima=MAX_FIGURES)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--fans", type=int, default=100_000, help="who have a tier")
    parser.add_argument("--subscriptions", type=int, default=600, help="at the provider")
    arguments = parser.parse_args()
    main(arguments.fans, arguments.subscriptions)
