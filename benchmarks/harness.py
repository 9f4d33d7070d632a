"""The frame of all benchmarks: a database of their own, sides that take turns, a table for people, one line of JSON.

Import this before any room of the house: it is what sets Django up.
"""

import gc
import json
import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import django
import psycopg
from django.conf import settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
settings.DEBUG = False  # else Django keeps a copy of every query

from config.database import migrate, use_database  # noqa: E402 - only now is there a house

REPEATS = 3


@dataclass(frozen=True)
class Run:
    """What one side did once: so many items, in seconds of the clock and of this process's CPU."""

    items: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.items / self.seconds

    @property
    def cpu_us(self) -> float:
        return self.cpu / self.items * 1e6


class Stopwatch:
    """Counts from the first `note` on: what came before it was connecting."""

    def __init__(self) -> None:
        self.items = -1
        self._start = self._end = (0.0, 0.0)

    def note(self, items: int) -> None:
        now = (time.perf_counter(), time.process_time())
        if self.items < 0:
            self.items, self._start = 0, now
        else:
            self.items += items
            self._end = now

    def run(self) -> Run:
        return Run(self.items, self._end[0] - self._start[0], self._end[1] - self._start[1])


@contextmanager
def benchmark_database() -> Iterator[str]:
    """A migrated database that nobody else uses, gone afterwards. Yields the owner's address of it."""
    name = f"fanfare_bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(settings.DATABASE_OWNER_URL, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}")
    try:
        migrate(NAME=name)
        with use_database(NAME=name):
            yield psycopg.conninfo.make_conninfo(settings.DATABASE_OWNER_URL, dbname=name)
    finally:
        with psycopg.connect(settings.DATABASE_OWNER_URL, autocommit=True) as owner:
            owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


def run_in_turn(sides: Mapping[str, Callable[[], Run]], *, repeats: int = REPEATS) -> dict[str, list[Run]]:
    """Each side in turn, and all of it again: a machine that is busy for a while is so for every side."""
    runs: dict[str, list[Run]] = {name: [] for name in sides}
    for _ in range(repeats):
        for name, side in sides.items():
            gc.collect()
            runs[name].append(side())
    return runs


def median(runs: Sequence[Run], figure: str) -> float:
    values: list[float] = [getattr(run, figure) for run in runs]
    return statistics.median(values)


def print_table(title: str, runs: Mapping[str, Sequence[Run]]) -> None:
    """Medians and ranges, for people."""
    print(f"\n{title}")
    print(f"  {'':34}{'a second':>10}{'from - to':>20}{'CPU us each':>14}")
    for name, side in runs.items():
        rates = [run.rate for run in side]
        span = f"{min(rates):,.0f} - {max(rates):,.0f}"
        print(f"  {name:34}{median(side, 'rate'):>10,.0f}{span:>20}{median(side, 'cpu_us'):>14.1f}")


def print_ratio(text: str, value: float, target: float) -> None:
    verdict = "reached" if value >= target else "not reached"
    print(f"  {text}: {value:.3g} (target {target:g}: {verdict})")


def print_verdict(
    bench: str, figures: Mapping[str, float], targets: Mapping[str, float], *, most: Mapping[str, float] | None = None
) -> None:
    """The last line, for programs. A target is a least value of the figure of that name; `most` holds greatest ones."""
    most = most or {}
    least_met = all(figures[name] >= least for name, least in targets.items())
    most_met = all(figures[name] <= greatest for name, greatest in most.items())
    rounded = {name: round(value, 3) for name, value in figures.items()}
    both = {**targets, **most}
    print(json.dumps({"bench": bench, "figures": rounded, "targets": both, "met": least_met and most_met}))
