"""Rows as CSV, XLSX or JSON. Text that looks like a formula leaves as text and comes back as it was."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO, Any

Row = dict[str, str]
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
# A spreadsheet takes a cell for a formula by its first sign, and one that splits cells at `;` or line ends (Polish
# ones do) by the sign after those. An apostrophe in front makes it text; those already there get one more, so that
# reading can take exactly one away.
_SIGNS = "=+\\-@|%\uff1d\uff0b\uff0d\uff20"
_LIVE = re.compile(rf"(^\s*|[;\t\r\n])('*)(?=[{_SIGNS}])")
_MARKED = re.compile(rf"(^\s*|[;\t\r\n])'('*)(?=[{_SIGNS}])")
# A telephone number in its international form is no formula, whatever reads it.
_HARMLESS = re.compile(r"\+\d[\d ]*", re.ASCII)
# Begins with a letter or digit and has nothing a spreadsheet splits at: no sign in it stands where it would count.
_PLAIN = re.compile(r"[^\W_][^;\t\r\n]*")
_CHUNK = 64 * 1024


def harmless(text: str) -> str:
    """The text as a CSV cell that no spreadsheet computes."""
    if not text or _PLAIN.fullmatch(text) or _HARMLESS.fullmatch(text):
        return text
    return _LIVE.sub(r"\1'\2", text)


def original(cell: str) -> str:
    """What `harmless` was given."""
    if "'" not in cell:
        return cell
    return _MARKED.sub(r"\1\2", cell)


def csv_chunks(
    columns: Sequence[str], rows: Iterable[Mapping[str, Any]], cell: Callable[[Any], str] = harmless
) -> Iterator[bytes]:
    """UTF-8, comma, `\\n`; a header row. Yields as it goes, so that the first byte leaves at once.

    `cell` makes a text of a value; where values are not all texts, it hands the texts to `harmless`.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row[name]) for name in columns])
        if buffer.tell() > _CHUNK:
            yield buffer.getvalue().encode("utf-8")
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode("utf-8")


def json_chunks(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """An array of objects with the texts of the CSV columns, unescaped; one object a line."""
    first = True
    part: list[str] = []
    for row in rows:
        part.append(("[\n" if first else ",\n") + json.dumps({name: row[name] for name in columns}, ensure_ascii=False))
        first = False
        if len(part) >= 500:
            yield "".join(part).encode("utf-8")
            part.clear()
    part.append("[]\n" if first else "\n]\n")
    yield "".join(part).encode("utf-8")


def xlsx_file(columns: Sequence[str], rows: Iterable[Row], sheet: str) -> IO[bytes]:
    """A workbook in a temporary file, at its beginning. Every cell is a text; none is a formula, a link or a number."""
    import xlsxwriter

    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    book = xlsxwriter.Workbook(
        file,
        {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True},
    )
    page = book.add_worksheet(sheet[:31])
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    page.freeze_panes(1, 0)
    # Typed in later, a code like 02 keeps its zero and a date stays as written.
    page.set_column(0, len(columns) - 1, 18, text)
    for column, name in enumerate(columns):
        page.write_string(0, column, name, bold)
    for number, row in enumerate(rows, 1):
        for column, name in enumerate(columns):
            if value := row[name]:
                page.write_string(number, column, value)
    book.close()
    file.seek(0)
    return file


def chunks(format: str, columns: Sequence[str], rows: Iterable[Row], sheet: str) -> Iterator[bytes]:
    """The file in the asked format, piece by piece."""
    if format == "csv":
        yield from csv_chunks(columns, rows)
    elif format == "json":
        yield from json_chunks(columns, rows)
    else:
        with xlsx_file(columns, rows, sheet) as file:
            while block := file.read(_CHUNK):
                yield block
