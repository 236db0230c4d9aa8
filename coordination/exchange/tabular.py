"""A CSV or XLSX file as rows of text, read in a bounded child process. Nothing of the file is trusted here."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coordination.exchange.problems import Problem, Refused
from coordination.exchange.writing import original
from coordination.i18n import N_

LARGEST = 16 * 1024 * 1024  # bytes of the file as it comes
SECONDS = 30.0  # by the clock, on a busy machine; the processor time below ends a hostile file within ten
LIMITS = {
    "memory": 512 * 1024 * 1024,
    "cpu": 7,
    "unpacked": 200 * 1024 * 1024,
    "entries": 64,
    "columns": 50,
    "rows": 100_000,
    "cells": 2_000_000,
    "cell": 32_767,
}
_READER = Path(__file__).with_name("_reader.py")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file: `number` is its line (the header is 1), `cells` its texts."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`formulas` are the places (line, column from 1) where a workbook computes instead of stating."""

    header: Line
    lines: tuple[Line, ...]
    formulas: tuple[tuple[int, int], ...] = ()


def read(content: bytes) -> Table:
    """The rows of a file. Raises Refused with a sentence for everything that is no table of ours."""
    if len(content) > LARGEST:
        raise Refused([problem("large", megabytes=LARGEST // 1024 // 1024)])
    answer = _ask(content)
    if "refused" in answer:
        raise Refused([problem(answer["refused"], **answer["values"])])
    # Only a CSV file of ours marks what looks like a formula; a workbook says of every cell what it is.
    tidy = clean if content.startswith(b"PK") else lambda cell: original(clean(cell))
    rows = [Line(number, tuple(map(tidy, cells))) for number, cells in answer["rows"]]
    if not rows:
        raise Refused([problem("empty")])
    return Table(rows[0], tuple(rows[1:]), tuple((row, column) for row, column in answer["formulas"]))


def clean(text: str) -> str:
    """Stray space off, one kind of line end; what people see stays."""
    text = text.strip()
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _ask(content: bytes) -> dict[str, Any]:
    # -I: neither the caller's directory nor its environment can change what the reader imports.
    command = [sys.executable, "-I", str(_READER), json.dumps(LIMITS)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=_READER.parent
    ) as child:
        try:
            answer, _ = child.communicate(content, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            return {"refused": "limits", "values": {}}
    if child.returncode != 0:
        return {"refused": "limits", "values": {}}
    return json.loads(answer)


_SAVE_AS = N_("In Excel choose “Save as”, then “CSV UTF-8 (comma delimited)”; or send the workbook itself as XLSX.")
_SENTENCES: dict[str, tuple[str, str]] = {
    "large": (
        N_("The file is larger than %(megabytes)s MB."),
        N_("Divide it into smaller files and import them one after another."),
    ),
    "empty": (N_("The file has no rows."), N_("Start from the template of this kind of file.")),
    "encoding": (N_("The file is not in UTF-8: the letters of line %(line)s cannot be read."), _SAVE_AS),
    "nul": (
        N_("Line %(line)s holds a sign that no text has (NUL): the file is damaged or is not a text."),
        _SAVE_AS,
    ),
    "semicolon": (N_("The columns are separated by semicolons, not commas."), _SAVE_AS),
    "tab": (N_("The columns are separated by tabs, not commas."), _SAVE_AS),
    "bar": (N_("The columns are separated by vertical bars, not commas."), _SAVE_AS),
    "quotes": (
        N_("The quotation marks of the row that begins in line %(line)s do not match."),
        N_("Write a quotation mark inside a cell twice and close each cell that was opened."),
    ),
    "cell": (N_("A cell of the row that begins in line %(line)s is too long."), N_("Shorten it.")),
    "shape": (
        N_("The file has a cell beyond the 50th column or the 100,000th row."),
        N_("Delete everything outside the table, also empty rows with formatting, and save the file again."),
    ),
    "bomb": (
        N_("The workbook unpacks to more than is allowed, so it was not opened."),
        N_("Copy the table alone into a new workbook, or save it as CSV UTF-8."),
    ),
    "limits": (
        N_("Reading the file took more time or memory than is allowed, so it was stopped."),
        N_("Divide it into smaller files, or save it as CSV UTF-8."),
    ),
    "damaged": (N_("The workbook is damaged and cannot be read."), N_("Open it in a spreadsheet and save it again.")),
    "encrypted": (N_("The workbook is protected by a password."), N_("Save it without the password.")),
    "old": (
        N_("The file is an old XLS workbook or is protected by a password."),
        N_("Save it as XLSX without a password, or as CSV UTF-8."),
    ),
    "kind": (N_("The file is neither CSV nor XLSX."), N_("Save the table as XLSX or as CSV UTF-8.")),
    "sheets": (
        N_("The workbook has %(count)s sheets with data, and only one can be read."),
        N_("Leave the sheet to be imported and save the others elsewhere."),
    ),
}


def problem(code: str, **values: Any) -> Problem:
    """The sentence for one reason why a file cannot be read."""
    code = str(values.pop("delimiter", code))
    reason, mend = _SENTENCES[code]
    return Problem(reason=reason, mend=mend, row=values.get("line", 0), values=values)
