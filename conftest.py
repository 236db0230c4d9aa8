"""How the whole run is arranged: longer checks on request, one graph server a worker, and what was left out.

    pytest                            everything but the longer checks
    pytest --slow                     those too
    pytest -n 3 --dist loadgroup      tests of one server stay in one process; only the embedded one starts twice
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.servers import server_of

LONGER = "longer checks (make test-slow)"
left_out = pytest.StashKey[Counter[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the longer checks too")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[left_out] = Counter()


def pytest_itemcollected(item: pytest.Item) -> None:
    if server := server_of(item):
        item.add_marker(pytest.mark.xdist_group(_group(item, server)))
        if server == "neo4j" and item.get_closest_marker("pages"):
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--slow"):
        slow = [item for item in items if item.get_closest_marker("slow")]
        if slow:
            config.hook.pytest_deselected(items=slow)
            items[:] = [item for item in items if item not in slow]
            config.stash[left_out][LONGER] = len(slow)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    # The name of a test goes into the environment of its child processes; a file of 16 MB does not fit there. It
    # must be the same in every worker, so not even its size: a workbook is compressed with the time in it.
    return f"long {argname}" if isinstance(val, str | bytes) and len(val) > 200 else None


def pytest_collection_finish(session: pytest.Session) -> None:
    if getattr(session.config.option, "loadgroup", False):  # in a worker of `--dist loadgroup`
        for item in session.items:
            if server_of(item) and "@" not in item.nodeid:
                raise pytest.UsageError("pytest-xdist ignores the groups of the tests with this pytest")


def _group(item: pytest.Item, server: str) -> str:
    """The tests that one process runs; the largest groups are handed out first."""
    if "other" in getattr(item, "fixturenames", ()):
        return "neo4j"  # they need both servers
    if server == "embedded" and ("browser" in item.path.name or "journeys" in item.path.name):
        return "embedded, in the browser"  # a third of the work, for whoever is done with its server first
    return server


def pytest_sessionfinish(session: pytest.Session) -> None:
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = dict(session.config.stash[left_out])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    # Every worker collects all tests, so each says the same.
    node.config.stash[left_out].update({
        reason: count for reason, count in getattr(node, "workeroutput", {}).get("left_out", {}).items()
        if reason not in node.config.stash[left_out]
    })


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    reasons = Counter(config.stash[left_out])
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[f"tests: {reason.removeprefix('Skipped: ')}"] += 1
    terminalreporter.section("left out")
    if not reasons:
        terminalreporter.write_line("nothing")
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count} {reason}")
