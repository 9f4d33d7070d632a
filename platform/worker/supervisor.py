"""Keep: programs running while we run. One that dies is started again; when we die, however, so do they."""

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)
MIN_RESTART_PAUSE, MAX_RESTART_PAUSE = 0.1, 2.0  # seconds before a dead program is started again
STABLE_AFTER_SECONDS = 5.0  # seconds after which a program counts as well


@dataclass(frozen=True)
class Process:
    """What to run, and how it wants to be ended."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    folder: Path | None = None
    log: Path | None = None  # where its output goes; None: to our own, each line with the name in front
    enter: Callable[[], None] | None = None  # runs in the new process before the program
    end: signal.Signals = signal.SIGTERM


def spawn(
    argv: Sequence[str],
    *,
    end: signal.Signals = signal.SIGTERM,
    enter: Callable[[], None] | None = None,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Start a child that gets `end` when we are gone, kill -9 included (Linux). Call it from the main thread:
    to Linux the parent is the thread that forked."""
    parent = os.getpid()

    def before() -> None:
        if enter:
            enter()
        if sys.platform == "linux":
            LIBC.prctl(PR_SET_PDEATHSIG, int(end))
            if os.getppid() != parent:  # gone before we could say so
                os._exit(1)

    return subprocess.Popen(argv, preexec_fn=before, **options)  # noqa: PLW1509, S603 - spawned before any thread


def terminate(child: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM, *, within: float = 10) -> int:
    """End a child, by force when it takes longer than `within` seconds. Its exit code."""
    if child.poll() is None:
        child.send_signal(how)
    try:
        return child.wait(within)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


@dataclass
class SupervisedProcess:
    """The place of one program: its process of now, and when a dead one is started again."""

    program: Process
    child: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    again: float | None = None
    pause: float = MIN_RESTART_PAUSE
    rest: bytes = field(default=b"", repr=False)  # an output line that has not ended yet

    def start(self) -> None:
        program = self.program
        self.close()
        target: int | IO[bytes] = program.log.open("ab") if program.log else subprocess.PIPE
        try:
            self.child = spawn(
                program.argv,
                end=program.end,
                enter=program.enter,
                env=program.env,
                cwd=program.folder,
                stdin=subprocess.DEVNULL,
                stdout=target,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a terminal's Ctrl-C reaches us, not them
            )
        finally:
            if not isinstance(target, int):
                target.close()
        self.started, self.again = time.monotonic(), None
        if self.child.stdout:
            os.set_blocking(self.child.stdout.fileno(), False)

    def tend(self) -> None:
        """Notice a death; start again once the pause is over."""
        now = time.monotonic()
        if self.again is None and self.child and self.child.poll() is not None:
            well = now - self.started > STABLE_AFTER_SECONDS
            self.pause = MIN_RESTART_PAUSE if well else min(self.pause * 2, MAX_RESTART_PAUSE)
            self.again = now + self.pause
            self.pass_on()
            print_line(self.program.name, f"ended with {self.child.returncode}; starting it again")
        if self.again is not None and now >= self.again:
            self.start()

    def pass_on(self) -> None:
        """Write what the program has said, line by line, under its name."""
        if not self.child or not self.child.stdout or self.child.stdout.closed:
            return
        heard = self.child.stdout.read()
        if heard == b"":
            self.child.stdout.close()
        *lines, self.rest = (self.rest + (heard or b"")).split(b"\n")
        for line in lines:
            print_line(self.program.name, line.decode(errors="replace"))

    def close(self) -> None:
        if self.child and self.child.stdout:
            self.child.stdout.close()


class Supervisor:
    """Several programs, started in order and ended in the opposite one."""

    def __init__(self, programs: Sequence[Process] = ()) -> None:
        self.posts = [SupervisedProcess(program) for program in programs]

    def start(self) -> None:
        for post in self.posts:
            post.start()

    def add(self, program: Process) -> SupervisedProcess:
        post = SupervisedProcess(program)
        self.posts.append(post)
        post.start()
        return post

    def tend(self, seconds: float = 0.1) -> None:
        """Look after everybody for at most so long: pass on what they say, start the dead ones again."""
        with selectors.DefaultSelector() as ears:
            for post in self.posts:
                if post.child and post.child.stdout and not post.child.stdout.closed:
                    ears.register(post.child.stdout, selectors.EVENT_READ, post)
            for key, _ in ears.select(seconds):
                key.data.pass_on()
        for post in self.posts:
            post.tend()

    def stop(self, *, within: float = 10) -> None:
        """Ask everybody to end, the last one first, and see to it."""
        for post in reversed(self.posts):
            if post.child:
                terminate(post.child, post.program.end, within=within)
                post.pass_on()
                post.close()
        self.posts.clear()


def print_line(name: str, line: str) -> None:
    sys.stderr.write(f"{name:<10} | {line}\n")
    sys.stderr.flush()
