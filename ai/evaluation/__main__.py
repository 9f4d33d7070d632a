"""Print how the guard judges the labelled sets; keep the report with --keep.

make evaluate [ARGS="--keep what-changed"]
"""

import argparse
import re
from datetime import UTC, datetime
from pathlib import Path

from ai.evaluation.report import write_report

KEPT = Path(__file__).resolve().parents[2] / "docs" / "evaluation"


def main(keep: str | None) -> None:
    report = write_report()
    print(report)
    if keep is not None:
        path = KEPT / f"{datetime.now(UTC).date().isoformat()}-{keep}.txt"
        path.write_text(report + "\n", encoding="utf-8")
        print(f"Kept as {path.relative_to(KEPT.parents[1])}.")


def _parse_label(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", text):
        raise argparse.ArgumentTypeError("small letters, digits and hyphens")
    return text


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=_parse_label, help="keep the report in docs/evaluation under this name")
    main(parser.parse_args().keep)
