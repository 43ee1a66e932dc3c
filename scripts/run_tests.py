"""Runs the suite in two parts and closes with one line: `123 passed, 0 failed, 2 skipped`.

First everything that keeps to itself, side by side; then, one after another, the tests marked `process`, which start
real servers and would slow each other into time-outs. Arguments go to pytest. The closing line is also left in
`build/closing-line`, for `.ci/run`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PARTS = (["-m", "not process", "-n", "2"], ["-m", "process"])
NO_TESTS = 5  #: pytest's exit code when a part selects nothing


def main(arguments: list[str]) -> int:
    counted = {"passed": 0, "failed": 0, "skipped": 0}
    broken = False
    for part in PARTS:
        with tempfile.TemporaryDirectory() as folder:
            tally = Path(folder) / "tally.json"
            command = [sys.executable, "-m", "pytest", *part, f"--tally={tally}", "-rs", *arguments]
            code = subprocess.run(command, cwd=ROOT, check=False).returncode
            counts = json.loads(tally.read_text()) if tally.exists() else {}
        for outcome in counted:
            counted[outcome] += counts.get(outcome, 0)
        # A part that fell over before it could count, or could not collect, is a failure too.
        if code not in (0, NO_TESTS):
            broken = True
            counted["failed"] += not counts.get("failed")
    closing = ", ".join(f"{count} {outcome}" for outcome, count in counted.items())
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / "closing-line").write_text(closing + "\n")
    print(closing, flush=True)
    return 1 if broken or counted["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
