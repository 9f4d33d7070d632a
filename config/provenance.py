"""Read where the keys are with which remixes are marked and signed. Without them there are no remixes."""

from pathlib import Path

from config import BASE_DIR, env


def read_settings(*, debug: bool) -> tuple[Path | None, bool, str | None]:
    """PROVENANCE_FOLDER, whether its keys are made when they are first needed (DEBUG alone), and TIME_STAMP_URL."""
    folder = env.text("PROVENANCE_FOLDER")
    stamps = env.text("TIME_STAMP_URL") or None
    if folder or not debug:
        return Path(folder) if folder else None, False, stamps
    return BASE_DIR / "var" / "provenance", True, stamps
