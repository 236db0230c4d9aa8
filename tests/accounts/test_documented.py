"""The figures people are told are the figures of the program."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from coordination.accounts import passwords, service, views
from coordination.config import Settings
from coordination.graph import throttles

TOLD = (Path(__file__).parents[2] / "docs" / "access.md").read_text("utf-8")


def test_docs_access_tells_the_figures_of_the_code():
    assert Settings(data_dir=Path()).session_minutes == 30 and "30 minutes (`COORDINATION_SESSION_MINUTES`" in TOLD
    assert service.SESSION_LENGTH == timedelta(hours=12) and "| longest session | 12 hours" in TOLD
    assert (throttles.LIMIT, throttles.WINDOW) == (10, timedelta(minutes=15))
    assert "| guesses evaluated | 10 in 15 minutes" in TOLD
    assert service.LINK_LENGTH == timedelta(days=7) and "| first-password link | 7 days" in TOLD
    assert service.RESET_LENGTH == timedelta(hours=24) and "| new-password link | 24 hours" in TOLD
    assert service.FIRST_LINK_LENGTH == timedelta(hours=24) and "first administrator | 24 hours" in TOLD
    assert (passwords.SHORTEST, passwords.LONGEST) == (12, 256) and "12 to 256 characters" in TOLD
    strong = passwords.hasher()
    assert (strong.memory_cost, strong.time_cost, strong.parallelism) == (46 * 1024, 2, 1)
    assert "Argon2id, 46 MiB, 2 passes, 1 lane" in TOLD
    assert views.BROWSER_DAYS == 180 and "signed, 180 days" in TOLD


def test_the_ways_in_are_those_that_are_told(app):
    public = {
        rule.rule for rule in app.url_map.iter_rules()
        if "POST" in rule.methods and getattr(app.view_functions[rule.endpoint], "access", "") == "public"
    }  # fmt: skip
    assert public == {"/sign-in", "/sign-out", "/forgotten", "/password", "/l"}
