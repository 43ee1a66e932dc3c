"""What every test stands on: a clean environment, one profile for properties, free ports, a home folder.

Markers: `process` starts real servers, `browser` needs Chromium. Both may skip on a person's machine, and say why; with
CI=true a skip of theirs is a failure, so that nobody believes in a test that never ran.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

#: So that `from tests.flows.network import …` works however pytest was started.
sys.path.insert(0, str(Path(__file__).parents[1]))

# A developer's own settings must not reach the tests, and nothing of Prefect may be sent anywhere.
for name in list(os.environ):
    if name.startswith(("BATON_", "PREFECT_")):
        del os.environ[name]
os.environ["DO_NOT_TRACK"] = "1"

ON_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")

# Two cores shared with servers make single examples slow at times; that is no fault of what is tested.
# The same examples every time: a suite that fails now and then is believed by nobody.
settings.register_profile(
    "baton", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
#: `make fuzz`: other examples each time, and many of them.
settings.register_profile(
    "fuzz", deadline=None, derandomize=False, print_blob=True, max_examples=int(os.environ.get("EXAMPLES", "3000")),
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
settings.load_profile("baton")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--tally", default="", help="write how many tests passed, failed and skipped to this file"
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    needed = [name for name in ("browser", "process") if item.get_closest_marker(name)]
    if ON_CI and needed and report.skipped and not hasattr(report, "wasxfail"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{why}\nOn CI a test marked `{needed[0]}` may not skip."
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if file := config.getoption("--tally"):
        stats = {
            name: len(terminalreporter.stats.get(name, []))
            for name in ("passed", "failed", "error", "skipped")
        }
        stats["failed"] += stats.pop("error")
        Path(file).write_text(json.dumps(stats))


@pytest.fixture
def free_port() -> int:
    """A port of 127.0.0.1 that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder that BATON_HOME names, for this test and the processes it starts."""
    folder = tmp_path / "baton-home"
    monkeypatch.setenv("BATON_HOME", str(folder))
    return folder
