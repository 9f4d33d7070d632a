"""`manage.py prepare`: what a release runs before its processes start."""

import os

from events.kafka import topic_id
from events.topics import LISTENS
from tests.servers import Broker, Processes


def test_a_release_is_prepared_and_preparing_again_changes_nothing(broker: Broker, processes: Processes) -> None:
    first = processes.start("prepare").wait(60)
    before = topic_id(LISTENS)
    second = processes.start("prepare").wait(60)

    assert (first, second) == (0, 0), [log.read_text() for log in processes.logs]
    assert before is not None
    assert topic_id(LISTENS) == before


def test_without_an_owner_the_operator_is_told_what_to_set(processes: Processes) -> None:
    status = processes.start("prepare", DATABASE_OWNER_URL="").wait(60)

    said = processes.logs[0].read_text()
    assert (status, said.count("\n")) == (1, 1), os.linesep + said
    assert said.startswith("CommandError: DATABASE_OWNER_URL is not set: only the owner role may migrate.")
