"""Run child processes: restart the ones that die, and end them all when this process ends, however it ends."""

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import IO, Any

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)
MIN_RESTART_PAUSE, MAX_RESTART_PAUSE = 0.1, 2.0  # seconds before a dead process is started again
STABLE_AFTER_SECONDS = 5.0  # a process that has run longer is restarted after the shortest pause


@dataclass(frozen=True)
class Process:
    """What to run, and how to stop it. Without `log`, output goes to our stderr, each line after the process's name."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    log: Path | None = None
    before_exec: Callable[[], None] | None = None  # runs in the new process before its program
    stop_signal: signal.Signals = signal.SIGTERM


def spawn(
    argv: Sequence[str],
    *,
    stop_signal: signal.Signals = signal.SIGTERM,
    before_exec: Callable[[], None] | None = None,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Start a child that gets `stop_signal` when this process ends, even by kill -9 (on Linux).

    Call it from the main thread: Linux sends the signal when the thread that forked ends.
    """
    parent = os.getpid()

    def prepare_child() -> None:
        if before_exec:
            before_exec()
        die_with_parent(parent, stop_signal)

    return subprocess.Popen(argv, preexec_fn=prepare_child, **options)  # noqa: PLW1509, S603 - no threads run yet


def die_with_parent(parent: int, how: signal.Signals) -> None:
    """Let this process get a signal when its parent ends, even by kill -9 (on Linux)."""
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, int(how))
        if os.getppid() != parent:  # the parent ended before prctl took effect
            os._exit(1)


def terminate(child: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM, *, within: float = 10) -> int:
    """Send `how`, and SIGKILL if the child has not ended `within` seconds. Return its exit code."""
    if child.poll() is None:
        child.send_signal(how)
    try:
        return child.wait(within)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


@dataclass
class SupervisedProcess:
    """One process of a supervisor: the running child, and when a dead one is started again."""

    process: Process
    child: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float | None = None
    restart_pause: float = MIN_RESTART_PAUSE
    partial_line: bytes = field(default=b"", repr=False)  # output after the last newline

    def start(self) -> None:
        process = self.process
        self.close_output()
        output: int | IO[bytes] = process.log.open("ab") if process.log else subprocess.PIPE
        try:
            self.child = spawn(
                process.argv,
                stop_signal=process.stop_signal,
                before_exec=process.before_exec,
                env=process.env,
                cwd=process.cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C at a terminal must reach us only; we stop the children
            )
        finally:
            if not isinstance(output, int):
                output.close()
        self.started_at, self.restart_at = monotonic(), None
        if self.child.stdout:
            os.set_blocking(self.child.stdout.fileno(), False)

    def restart_if_dead(self) -> None:
        """Notice that the child has died, and start it again when the pause is over."""
        now = monotonic()
        if self.restart_at is None and self.child and self.child.poll() is not None:
            was_stable = now - self.started_at > STABLE_AFTER_SECONDS
            self.restart_pause = MIN_RESTART_PAUSE if was_stable else min(self.restart_pause * 2, MAX_RESTART_PAUSE)
            self.restart_at = now + self.restart_pause
            self.forward_output()
            print_line(self.process.name, f"ended with exit code {self.child.returncode}; starting it again")
        if self.restart_at is not None and now >= self.restart_at:
            self.start()

    def forward_output(self) -> None:
        """Print the child's output so far, line by line, after its name."""
        if not self.child or not self.child.stdout or self.child.stdout.closed:
            return
        output = self.child.stdout.read()
        if output == b"":
            self.child.stdout.close()
        *lines, self.partial_line = (self.partial_line + (output or b"")).split(b"\n")
        for line in lines:
            print_line(self.process.name, line.decode(errors="replace"))

    def close_output(self) -> None:
        if self.child and self.child.stdout:
            self.child.stdout.close()


class Supervisor:
    """Several processes. They are started in order and ended in reverse order."""

    def __init__(self, processes: Sequence[Process] = ()) -> None:
        self.supervised = [SupervisedProcess(process) for process in processes]

    def start(self) -> None:
        for supervised in self.supervised:
            supervised.start()

    def add(self, process: Process) -> SupervisedProcess:
        """Start one more process."""
        supervised = SupervisedProcess(process)
        self.supervised.append(supervised)
        supervised.start()
        return supervised

    def supervise(self, seconds: float = 0.1) -> None:
        """Forward output for at most `seconds`, and restart dead processes. Call it again and again."""
        with selectors.DefaultSelector() as selector:
            for supervised in self.supervised:
                if supervised.child and supervised.child.stdout and not supervised.child.stdout.closed:
                    selector.register(supervised.child.stdout, selectors.EVENT_READ, supervised)
            for key, _ in selector.select(seconds):
                key.data.forward_output()
        for supervised in self.supervised:
            supervised.restart_if_dead()

    def supervise_during[T](self, work: Callable[[], T]) -> T:
        """Call `work` in another thread and supervise until it returns. Return or raise what it does."""
        future = Future[T]()

        def run() -> None:
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - the caller gets it
                future.set_exception(error)

        threading.Thread(target=run, daemon=True).start()  # Ctrl-C does not wait for it
        while not future.done():
            self.supervise()
        return future.result()

    def stop(self, *, within: float = 10) -> None:
        """End all processes, the last one first. Kill a process that takes longer than `within` seconds."""
        for supervised in reversed(self.supervised):
            if supervised.child:
                terminate(supervised.child, supervised.process.stop_signal, within=within)
                supervised.forward_output()
                supervised.close_output()
        self.supervised.clear()


def print_line(name: str, line: str) -> None:
    sys.stderr.write(f"{name:<10} | {line}\n")
    sys.stderr.flush()
