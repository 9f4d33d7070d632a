"""`manage.py artist close SLUG --reason "…"`: an artist leaves."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from artists import leaving
from audit.actors import SystemActor
from billing import artist_leaving
from catalog.models import Artist
from rights.money import format_money

PAUSE_SECONDS = 2


class Command(BaseCommand):
    help = (
        "Let an artist leave: tiers, subscriptions, gifts and requests end, and days that are paid and not used are "
        "paid back. Exit code 1: there is no such artist, or something is left; then run it again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["close"])
        parser.add_argument("slug")
        parser.add_argument("--reason", required=True, help="why, for the audit trail; no personal text")
        parser.add_argument("--wait", type=int, default=60, help="seconds to go on where the provider does not answer")

    def handle(self, *args: Any, slug: str, reason: str, wait: int, **options: Any) -> None:
        artist = Artist.objects.filter(slug=slug).first()
        if artist is None:
            raise CommandError(f"There is no artist {slug}.")
        leaving.leave(artist, by=SystemActor.COMMAND, reason=reason)
        if settings.PAYMENTS != "off":
            _end_sales(artist, wait)
        self.stdout.write(_write_done(artist))


def _end_sales(artist: Artist, wait: int) -> None:
    until = time.monotonic() + wait
    artist_leaving.end_sales(artist)
    while not (left := artist_leaving.find_left(artist)).is_nothing:
        if time.monotonic() > until:
            words = ", ".join(f"{number} {name}" for name, number in left._asdict().items() if number)
            raise CommandError(f"Not ended yet: {words}. The hourly comparison goes on; run this again to see.")
        time.sleep(PAUSE_SECONDS)
        artist_leaving.end_sales(artist)


def _write_done(artist: Artist) -> str:
    back = artist_leaving.sum_paid_back(artist) if settings.PAYMENTS != "off" else {}
    amounts = ", ".join(format_money(amount, currency) for currency, amount in back.items()) or "nothing"
    requests, tiers = leaving.count_ended_requests(artist), artist.tiers.exclude(archived_at=None).count()
    counts = f"Tiers that are sold no more: {tiers}; requests that ended: {requests}"
    return f"{artist} has left. {counts}; paid back: {amounts}."
