"""The project: settings, URLs, processes and management commands. No other app of ours imports it.

`platform` is also a module of the standard library, so our folder of that name is no package. It is added to
`sys.path`, and the packages in it are imported by their own names. It comes last: if a dependency has the name of one
of them, the dependency is imported, and imports of ours fail visibly.
"""

import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
sys.path.append(str(BASE_DIR / "platform"))
