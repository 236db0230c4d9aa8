"""What the editor calls kinds, states and changes. No Flask."""

from __future__ import annotations

from coordination.i18n import N_
from coordination.surveys.model import Kind

KINDS: dict[str, str] = {
    Kind.MATURITY: N_("level from 0 to 4, each described"),
    Kind.YPN: N_("yes, partly, no"),
    Kind.CHOICE: N_("one of several answers"),
    Kind.MULTICHOICE: N_("any number of answers"),
    Kind.NUMBER: N_("number with a unit"),
    Kind.DATE: N_("date"),
    Kind.LINE: N_("short text"),
    Kind.TEXT: N_("long text"),
    Kind.LINK: N_("address of evidence"),
}
TESTS: dict[str, str] = {"in": N_("is one of"), "gt": N_("is more than"), "lt": N_("is less than")}
STEPS: dict[str, str] = {
    "minor": N_("Next minor version: results stay comparable with those before"),
    "major": N_("Next major version: results are not compared with those before"),
}
STATES: dict[str, str] = {"draft": N_("draft"), "published": N_("published")}
EVERYBODY = N_("all institutions")
