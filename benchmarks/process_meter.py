"""Measure what another process and its children use: CPU seconds, and the most memory that one of them held."""

import os
import threading
import time
from pathlib import Path
from typing import Self

TICKS = os.sysconf("SC_CLK_TCK")
PAUSE = 0.02


class ProcessMeter:
    """Works on Linux only. While it is open, it reads every 20 ms how much memory each child has held at most."""

    def __init__(self, pid: int) -> None:
        self._process = Path("/proc") / str(pid)
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._at_start = self._read_cpu()
        self.peak_mb = 0.0

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._watcher.join()

    @property
    def cpu_seconds(self) -> float:
        """Since it was made, of the process and of its children. Waits until those have ended."""
        while self._find_children():
            time.sleep(PAUSE)
        return self._read_cpu() - self._at_start

    def _read_cpu(self) -> float:
        # After the name, which may have spaces: state is the first, utime to cstime are the 12th to the 15th.
        fields = (self._process / "stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / TICKS

    def _watch(self) -> None:
        while not self._stop.wait(PAUSE):
            self.peak_mb = max([self.peak_mb, *(_peak_mb(pid) for pid in self._find_children())])

    def _find_children(self) -> list[str]:
        try:
            return (self._process / "task" / self._process.name / "children").read_text().split()
        except OSError:
            return []


def _peak_mb(pid: str) -> float:
    """The highest resident set so far; 0 of a process that has ended."""
    try:
        status = (Path("/proc") / pid / "status").read_text()
    except OSError:
        return 0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(found[0]) / 1024 if found else 0
