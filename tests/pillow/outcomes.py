"""A pytest plugin that writes the outcome of each test to a file, and exits unless Pillow uses the library, or
does not, as required.

It runs inside Pillow's own suite, in the controlling process and in every xdist worker. Environment
variables, which workers inherit, are the options: OUTCOMES_FILE, and OUTCOMES_WITH_LIBRARY (`1` or `0`).
"""

from __future__ import annotations

import json
import os
import re

import interposition

_outcomes: dict[str, list[str]] = {}
_is_worker = False


def pytest_configure(config):
    global _is_worker
    _is_worker = hasattr(config, "workerinput")
    interposition.require(os.environ["OUTCOMES_WITH_LIBRARY"] == "1")


def _normalized(text: str) -> str:
    """Replaces the parts of a message that vary between runs: addresses and temporary paths."""
    return re.sub(r"0x[0-9a-f]+", "0x…", re.sub(r"/tmp/[^\s'\"]+", "/tmp/…", text))


def _message(report) -> str:
    if isinstance(report.longrepr, tuple):
        return _normalized(report.longrepr[2])
    crash = getattr(report.longrepr, "reprcrash", None)
    lines = str(crash.message if crash else report.longrepr or "").strip().splitlines()
    return _normalized(lines[0]) if lines else ""


def pytest_runtest_logreport(report):
    """The outcome is that of the call, unless setup or teardown fails or skips."""
    if hasattr(report, "wasxfail"):
        _outcomes[report.nodeid] = ["xfailed" if report.skipped else "xpassed", report.wasxfail]
    elif report.failed:
        _outcomes[report.nodeid] = ["failed" if report.when == "call" else "error", _message(report)]
    elif report.skipped:
        _outcomes[report.nodeid] = ["skipped", _message(report)]
    elif report.when == "call":
        _outcomes[report.nodeid] = ["passed", ""]


def pytest_collectreport(report):
    if report.failed:
        _outcomes[report.nodeid] = ["error", _message(report)]


def pytest_sessionfinish(session):
    if not _is_worker:
        with open(os.environ["OUTCOMES_FILE"], "w", encoding="utf-8") as file:
            json.dump(_outcomes, file, indent=0, sort_keys=True)
