"""A day as people write it, read in one place for forms and addresses alike."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from coordination import fields
from coordination.clock import today


@pytest.mark.parametrize("text", ["2026-01-12", "12.01.2026", "12.1.2026"])
def test_a_day_is_read_as_the_browser_sends_it_and_as_people_write_it(text):
    assert fields.read(text) == date(2026, 1, 12)


@pytest.mark.parametrize(
    "text", ["", "31.02.2026", "2026-02-31", "12.01.26", "20260112", "2026-W03-1", "12. 1.2026", "٠١.٠١.٢٠٢٦", "0.0.0000"]
)
def test_what_is_no_day_is_none(text):
    assert fields.read(text) is None


def test_a_day_to_come_is_left_out_of_account_and_named():
    tomorrow = (today() + timedelta(days=1)).isoformat()
    ignored: list[str] = []
    assert fields.asked_day({"as_of": tomorrow}, "as_of", ignored) is None
    assert fields.asked_day({"as_of": " "}, "as_of", ignored) is None
    assert fields.asked_day({"as_of": today().isoformat()}, "as_of", ignored) == today()
    assert ignored == [f"as_of={tomorrow}"]
