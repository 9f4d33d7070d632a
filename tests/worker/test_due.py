"""How long a process waits before it tries something again."""

from datetime import timedelta

from worker.due import pause_after

FIRST, LONGEST = timedelta(seconds=5), timedelta(hours=1)


def test_each_pause_is_twice_the_last_up_to_the_longest() -> None:
    pauses = [pause_after(failures, FIRST, LONGEST).total_seconds() for failures in (0, 1, 2, 9, 10, 32_767)]

    assert pauses == [5, 10, 20, 2_560, 3_600, 3_600]
