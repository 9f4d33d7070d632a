"""What all benchmarks share: runs in turn, a table for people, and one line of JSON for programs.

Import this before any module of the project: it sets up Django.
"""

import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import django
from django.conf import settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
settings.DEBUG = False  # with DEBUG, Django keeps a copy of every query

REPEATS = 3


@dataclass(frozen=True)
class Run:
    """One run: the number of items, the seconds by the clock, and the seconds of this process's CPU time."""

    items: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Items a second."""
        return self.items / self.seconds

    @property
    def cpu_us(self) -> float:
        """Microseconds of CPU time for an item."""
        return self.cpu / self.items * 1e6


class Stopwatch:
    """Measures from the first `note` on. The time before it goes into connecting."""

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


def run_in_turn(sides: Mapping[str, Callable[[], Run]], *, repeats: int = REPEATS) -> dict[str, list[Run]]:
    """Run all sides once, and repeat. So a machine that is busy for a while slows every side alike."""
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
    """Print medians and ranges for people."""
    print(f"\n{title}")
    print(f"  {'':34}{'a second':>10}{'from - to':>20}{'CPU us each':>14}")
    for name, side in runs.items():
        rates = [run.rate for run in side]
        span = f"{min(rates):,.0f} - {max(rates):,.0f}"
        print(f"  {name:34}{median(side, 'rate'):>10,.0f}{span:>20}{median(side, 'cpu_us'):>14.1f}")


def print_ratio(text: str, value: float, target: float) -> None:
    verdict = "reached" if value >= target else "not reached"
    print(f"  {text}: {value:.3g} (target {target:g}: {verdict})")


def print_maximum(text: str, value: float, target: float) -> None:
    verdict = "reached" if value <= target else "not reached"
    print(f"  {text}: {value:.3g} (target at most {target:g}: {verdict})")


def print_verdict(
    bench: str, figures: Mapping[str, float], minima: Mapping[str, float], *, maxima: Mapping[str, float] | None = None
) -> None:
    """Print the last line, for programs. `minima` and `maxima` are the targets of the figures of the same name."""
    maxima = maxima or {}
    minima_met = all(figures[name] >= minimum for name, minimum in minima.items())
    maxima_met = all(figures[name] <= maximum for name, maximum in maxima.items())
    rounded = {name: round(value, 3) for name, value in figures.items()}
    targets = {**minima, **maxima}
    print(json.dumps({"bench": bench, "figures": rounded, "targets": targets, "met": minima_met and maxima_met}))
