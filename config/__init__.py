"""The top of the house: settings, addresses, what runs. Every process imports this first, nobody else does.

`platform` is also a module of the standard library, so our folder of that name is a shelf and never a package:
its rooms are imported by their own names. Appended, not inserted: a dependency of the same name wins, loudly.
"""

import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
sys.path.append(str(BASE_DIR / "platform"))
