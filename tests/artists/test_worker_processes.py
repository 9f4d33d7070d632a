"""The worker processes, started as in production."""

import signal

import pytest
from django.db import connection

from artists import review
from artists.models import Draft, Moment
from fans.models import Experience
from tests import factories
from tests.servers import Processes, wait_until


def count_other_connections() -> int:
    """The connections to this database besides the one of this test."""
    with connection.cursor() as cursor:
        theirs = "datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        cursor.execute(f"SELECT count(*) FROM pg_stat_activity WHERE {theirs}")
        return cursor.fetchone()[0]


def test_work_all_delivers_and_expires_and_ends_on_sigterm(processes: Processes) -> None:
    artist = factories.create_artist()
    factories.remove_undo_time(artist)
    program, brief = factories.create_program(artist), factories.create_program(artist, nth=4, review_seconds=1)
    worker = processes.start("work", "all")

    factories.create_moment(program)
    draft = wait_until(Draft.objects.first, seconds=20)
    review.approve(draft.pk, by=factories.get_member(artist, "principal"))
    wait_until(lambda: Experience.objects.filter(draft=draft.pk).exists())

    factories.create_moment(brief)
    wait_until(lambda: Draft.objects.filter(version__program=brief, state="expired").exists())
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0


def test_another_process_finishes_the_work_of_a_killed_one(processes: Processes) -> None:
    artist = factories.create_artist()
    program = factories.create_program(artist)
    first = processes.start("work", "drafts")
    factories.create_moment(program)
    wait_until(lambda: Draft.objects.count() == 1, seconds=20)
    moments = [factories.create_moment(program) for _ in range(60)]

    first.kill()
    first.wait(10)
    processes.start("work", "drafts")
    wait_until(lambda: Draft.objects.count() == 61, seconds=20)

    assert Moment.objects.filter(state="drafted").count() == len(moments) + 1


@pytest.mark.parametrize("name", ["drafts", "look_back", "delivery", "expiry", "withdrawal", "reports"])
def test_each_job_can_run_in_its_own_process(processes: Processes, name: str) -> None:
    worker = processes.start("work", name)
    wait_until(lambda: count_other_connections() >= 2, seconds=30)  # one listens, one has looked for work

    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
