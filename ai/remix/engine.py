"""Name the engine: everything that decides the bytes of a render beside its recipe and its stems."""

import platform
from functools import cache
from importlib.metadata import version

ENGINE = 2
"""Goes up with every change to the sound."""
WHEELS = ("numba", "numpy", "python-stretch", "scipy", "soundfile")


@cache
def engine_version() -> str:
    """`fanfare-1 numba-0.68.1 … x86_64`. Renders are the same bytes only under the same version."""
    wheels = " ".join(f"{name}-{version(name)}" for name in WHEELS)
    return f"fanfare-{ENGINE} {wheels} {platform.machine()}"
