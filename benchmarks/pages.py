"""Measure the pages of fans and of the studio with a million experiences: time, queries, bytes.

make bench-pages [ARGS="--experiences 100000"]     (python manage.py embedded -- python benchmarks/pages.py …)
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence

import browser_timings
import harness
import page_requests
import pages_dataset
import query_plans
from django.conf import settings
from page_requests import PageTimings
from pages_dataset import DatasetSize

from config.database import owner_url, temporary_database

SMALL_EXPERIENCES = 1_000
ROUNDS, WARM_UP = 100, 5
MAX_FIGURES = {"p95_ms": 40.0, "queries_that_grew": 0, "sequential_scans": 0}
MAX_BROWSER_FIGURES = {"first_load_kb": 100.0, "layout_shift": 0.0, "grace_to_page_p95_ms": 400.0}
DESCRIPTION = """\
{experiences:,} experiences of {fans:,} fans, each on a decision of its own; {pending:,} drafts wait, half of them for
the artist whose studio is opened; the fan whose pages are opened received {of_one:,}. Each page is asked for {rounds}
times, all in turn, through every middleware, signed in, warm: time in the server, without the network. PostgreSQL
shares the machine. "few" is the same with {few:,} experiences. The p95 of the slowest page counts."""


def measure_pages(pages: Mapping[str, page_requests.PageRequest], *, rounds: int = ROUNDS) -> dict[str, PageTimings]:
    """Open all pages once, and repeat. So a machine that is busy for a while slows every page alike."""
    timings = {name: PageTimings() for name in pages}
    for turn in range(WARM_UP + rounds):
        for name, page in pages.items():
            milliseconds, cpu_milliseconds, size = page.open()
            if turn >= WARM_UP:
                timings[name].milliseconds.append(milliseconds)
                timings[name].cpu.append(cpu_milliseconds)
                timings[name].size = size
    for name, page in pages.items():
        timings[name].queries = page.queries()
    return timings


def print_table(small: Mapping[str, PageTimings], full: Mapping[str, PageTimings]) -> None:
    print(f"\n  {'':34}{'queries':>12}{'p50 ms':>16}{'p95 ms':>16}{'CPU ms':>16}{'HTML':>11}")
    print(f"  {'':46}" + f"{'few':>8}{'many':>8}" * 3)
    for name, many in full.items():
        few = small[name]
        count = f"{len(few.queries)} -> {len(many.queries)}"
        figures = [few.percentile(50), many.percentile(50), few.percentile(95), many.percentile(95)]
        figures += [statistics.median(few.cpu), statistics.median(many.cpu)]
        print(
            f"  {name:34}{count:>12}"
            + "".join(f"{figure:>8.1f}" for figure in figures)
            + f"{many.size / 1000:>8.1f} kB"
        )


def summarise(
    small: Mapping[str, PageTimings], full: Mapping[str, PageTimings], scans: Sequence[str]
) -> dict[str, float]:
    slowest = max(full, key=lambda name: full[name].percentile(95))
    grew = [name for name in full if len(full[name].queries) > len(small[name].queries)]
    print(f"\n  slowest: {slowest}")
    for line in (*(f"more queries: {name}" for name in grew), *scans):
        print(f"  {line}")
    return {
        "p95_ms": full[slowest].percentile(95),
        "p50_ms": max(timings.percentile(50) for timings in full.values()),
        "cpu_ms": max(statistics.median(timings.cpu) for timings in full.values()),
        "queries_at_most": max(len(timings.queries) for timings in full.values()),
        "queries_that_grew": len(grew),
        "sequential_scans": len(scans),
    }


def measure_size(size: DatasetSize, *, rounds: int) -> dict[str, PageTimings]:
    with temporary_database("bench"):
        return measure_pages(page_requests.all_pages(pages_dataset.create_dataset(size, owner_url())), rounds=rounds)


def main(experiences: int, *, browser: bool) -> None:
    size = DatasetSize(experiences)
    print(DESCRIPTION.format(rounds=ROUNDS, few=SMALL_EXPERIENCES, **size.facts), flush=True)
    small = measure_size(DatasetSize(min(SMALL_EXPERIENCES, experiences)), rounds=20)
    with temporary_database("bench") as urls:
        started = time.monotonic()
        dataset = pages_dataset.create_dataset(size, owner_url())
        print(f"Generating them took {time.monotonic() - started:.0f} s.", flush=True)
        full = measure_pages(page_requests.all_pages(dataset))
        scans = query_plans.sequential_scans(full)
        print_table(small, full)
        figures, maxima = summarise(small, full, scans), dict(MAX_FIGURES)
        if browser:
            figures |= browser_timings.measure_in_browser(dataset, urls)
            maxima |= MAX_BROWSER_FIGURES
    harness.print_verdict("pages", figures, {}, maxima=maxima)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--experiences", type=int, default=1_000_000)
    parser.add_argument("--no-browser", action="store_true", help="measure in the server only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as empty_folder:
        settings.STATIC_ROOT = empty_folder  # so that WhiteNoise does not look for files at each request
        main(options.experiences, browser=not options.no_browser)
