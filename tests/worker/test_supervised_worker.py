"""A worker under the supervisor: when it ends by itself, another one goes on with its work."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.processes import manage_process
from fans.models import Experience
from tests import factories
from tests.servers import Database, wait_until
from worker.supervisor import Process, SupervisedProcess, Supervisor


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = Supervisor()
    yield supervisor
    supervisor.stop()


def pid_of(supervised: SupervisedProcess) -> int:
    assert supervised.child
    return supervised.child.pid


@pytest.mark.parametrize(
    ("how", "line"),
    [
        (signal.SIGKILL, "work       | ended with exit code -9; starting it again\n"),
        (signal.SIGTERM, "work       | ended with exit code 0; starting it again\n"),
    ],
)
def test_approved_drafts_are_delivered_by_the_next_worker(
    committing_db: Database,
    supervisor: Supervisor,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    how: signal.Signals,
    line: str,
) -> None:
    artist = factories.create_artist()
    factories.remove_undo_time(artist)
    log = tmp_path / "work.log"
    supervised = supervisor.add(manage_process("work", "work", "delivery", log=log))
    factories.create_approved_draft(artist)
    wait_until(lambda: Experience.objects.count() == 1, seconds=30)
    first = pid_of(supervised)

    assert supervised.child
    supervised.child.send_signal(how)
    supervised.child.wait(10)
    drafts = [factories.create_approved_draft(artist) for _ in range(3)]
    supervisor.supervise_during(lambda: wait_until(lambda: pid_of(supervised) != first))
    wait_until(lambda: Experience.objects.count() == 1 + len(drafts), seconds=30)

    assert line in capfd.readouterr().err


def test_what_the_supervised_work_raises_is_raised(supervisor: Supervisor) -> None:
    supervisor.add(Process("sleep", ["sleep", "60"]))

    with pytest.raises(ZeroDivisionError):
        supervisor.supervise_during(lambda: 1 // 0)
