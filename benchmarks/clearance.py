"""Measure the question who must say yes, with 100,000 recordings of three owners each; an import; a switch's effect.

make bench-rights [ARGS="--recordings 10000 --drafts 100000"]
"""

import argparse
import statistics
import time
import uuid
from collections.abc import Callable, Sequence
from functools import partial

import clearance_baseline
import clearance_dataset
import harness  # first: it sets up Django
from catalogue_import import measure_import
from clearance_dataset import Catalogue
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from switch_effect import measure_effects

from config.database import as_owner, temporary_database
from events.kafka import create_topics
from rights import clearance, question
from rights.clearance_result import Clearance, ClearanceRequest
from rights.models import Use

ROUNDS, BATCH = 200, 1_000
MAX_FIGURES = {
    "ask_one_ms": 2.0, "queries_one": 2, "queries_again": 1, "queries_1000": 5, "import_s": 60.0, "effect_ms": 500.0,
}  # fmt: skip
MIN_FIGURES = {"times_django": 3.0}
DESCRIPTION = """\
{recordings:,} recordings of {artists} artists, each with one work, and a label, a publisher and a writer who own them.
All four parties say yes to remixes. One draft asks about one recording; the Django idiom asks the same with the ORM,
one recording after the other. Both ask in turn, {rounds} times; medians. PostgreSQL shares the machine."""


def make_requests(catalogue: Catalogue, count: int) -> list[ClearanceRequest]:
    """One request for each of `count` recordings, spread over the catalogue."""
    chosen = catalogue.recordings[:: len(catalogue.recordings) // count][:count]
    return [ClearanceRequest(Use.REMIX, artist, "DE", (recording,)) for artist, recording in chosen]


def measure(action: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def count_queries(action: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        action()
    return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")) for query in queries)


def measure_one(requests: Sequence[ClearanceRequest]) -> dict[str, float]:
    """Both sides answer each request once, in turn. Their answers must be the same."""
    asked: list[float] = []
    idiom: list[float] = []
    for request in requests:
        asked.append(measure(partial(question.ask, [request])))
        idiom.append(measure(partial(clearance_baseline.is_cleared, request)))
        if not clearance_baseline.is_cleared(request) or question.ask([request])[0].refusal:
            raise SystemExit(f"{request} is not cleared.")
    ours, theirs = statistics.median(asked), statistics.median(idiom)
    print(f"\n  {'':34}{'p50 ms':>10}{'p95 ms':>10}")
    for name, values in (("ours, one query", asked), ("Django idiom", idiom)):
        print(f"  {name:34}{statistics.median(values):>10.2f}{statistics.quantiles(values, n=20)[18]:>10.2f}")
    harness.print_ratio("times as fast as the Django idiom", theirs / ours, MIN_FIGURES["times_django"])
    return {"ask_one_ms": ours, "times_django": theirs / ours}


def measure_stored(requests: Sequence[ClearanceRequest]) -> dict[str, float]:
    """The first clearance of a recording stores a row; the second finds it."""
    first, again = requests[0], requests[1:]
    queries_one = count_queries(lambda: clearance.clear_all([first]))
    queries_again = count_queries(lambda: clearance.clear_all([first]))
    stored = [measure(partial(clearance.clear_all, [request])) for request in again]
    print(f"  cleared and stored, one draft: {statistics.median(stored):.2f} ms, {queries_one} queries at first")
    return {"queries_one": queries_one, "queries_again": queries_again, "clear_and_store_ms": statistics.median(stored)}


def measure_batch(requests: Sequence[ClearanceRequest]) -> dict[str, float]:
    """A thousand drafts: cleared at first, found again, and asked again by a delivery."""
    answers: dict[ClearanceRequest, object] = {}
    queries = count_queries(lambda: answers.update(clearance.clear_all(requests)))
    found = measure(lambda: clearance.clear_all(requests))
    ids = [answer.id for answer in answers.values() if isinstance(answer, Clearance)]
    if len(ids) != len(requests):
        raise SystemExit("Not everything was cleared.")
    delivery = measure(lambda: clearance.still_clear(ids))
    print(f"  {len(requests):,} drafts: {queries} queries at first; found again in {found:.0f} ms")
    print(f"  asked again by a delivery of {len(ids):,}: {delivery:.0f} ms")
    return {"queries_1000": queries, "found_1000_ms": found, "again_1000_ms": delivery}


def main(recordings: int, drafts: int) -> None:
    print(DESCRIPTION.format(recordings=recordings, artists=clearance_dataset.ARTISTS, rounds=ROUNDS), flush=True)
    settings.KAFKA_TOPIC_PREFIX = f"bench-{uuid.uuid4().hex[:8]}."
    create_topics()  # else a thread tries to push notices again and again meanwhile
    with temporary_database("bench"):
        started = time.monotonic()
        catalogue = clearance_dataset.create_catalogue(recordings)
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # of nobody else's tables; autovacuum does it in a site
        print(f"Generating them took {time.monotonic() - started:.0f} s.", flush=True)
        requests = make_requests(catalogue, ROUNDS + BATCH)
        measure_one(requests[:5])  # warm
        figures = measure_one(requests[:ROUNDS])
        figures |= measure_stored(requests[:ROUNDS]) | measure_batch(requests[ROUNDS:])
        figures |= measure_import(catalogue, recordings) | measure_effects(catalogue, drafts)
    for name, target in MAX_FIGURES.items():
        harness.print_maximum(name, figures[name], target)
    harness.print_verdict("rights", figures, MIN_FIGURES, maxima=MAX_FIGURES)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--recordings", type=int, default=100_000, help="of the catalogue, and of the imported file")
    parser.add_argument("--drafts", type=int, default=1_000_000)
    arguments = parser.parse_args()
    main(arguments.recordings, arguments.drafts)
