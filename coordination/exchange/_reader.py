"""Reads one CSV or XLSX file in a process of its own; started by tabular.py, never imported by the program.

The bytes come on standard input, the rows leave as JSON on standard output. The process limits itself before it
looks at the first byte, so that a hostile file can end this process and nothing else. Standard library and
python-calamine only: the script is run by its path and must start quickly.
"""

from __future__ import annotations

import csv
import gc
import io
import json
import re
import sys
import zipfile
from datetime import date, datetime
from typing import Any

# Only places that may lie too far match (beyond column AX, or with six digits), so that a good sheet costs little;
# the letter comes before what must precede it, as letters are found fastest.
FAR = re.compile(
    rb"""r(?<=\sr)(?:ef)?\s*=\s*["'](?:[A-Z]+\d+:)?((?:[A-Z]{3,}|[B-Z][A-Z]|A[YZ])(?=\d*["'])|[A-Z]*(?=\d{6,}["']))(\d*)["']"""
)
FORMULA = re.compile(
    rb"""<(?:\w+:)?c\b[^>]*?\sr\s*=\s*["']([A-Z]+)(\d+)["'][^>]*>\s*<(?:\w+:)?f[\s/>]"""
)
BLOCK = 1 << 20
OVERLAP = 4096  # longer than any tag that matters


class Refusal(Exception):
    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def limit(memory: int, cpu: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's clock is the only limit there
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read_csv(content: bytes, limits: dict[str, int]) -> list[list[Any]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refusal("encoding", line=1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal("encoding", line=content.count(b"\n", 0, error.start) + 1) from None
    if "\0" in text:
        raise Refusal("nul", line=text.count("\n", 0, text.index("\0")) + 1)
    head = text.lstrip("\r\n").split("\n", 1)[0]
    for sign, name in ((";", "semicolon"), ("\t", "tab"), ("|", "bar")):
        if head.count(sign) > head.count(","):
            raise Refusal("delimiter", delimiter=name)
    csv.field_size_limit(limits["cell"] * 4)
    rows: list[list[Any]] = []
    # The line on which a record begins: a quoted cell may hold line ends.
    reader, begins = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    try:
        for cells in reader:
            if cells and any(cells):
                rows.append([begins, cells])
                check(len(cells), len(rows), limits)
            begins = reader.line_num + 1
    except csv.Error as error:
        code = "cell" if "field limit" in str(error) else "quotes"
        raise Refusal(code, line=begins) from None
    return rows


def check(columns: int, rows: int, limits: dict[str, int]) -> None:
    if columns > limits["columns"] or rows > limits["rows"] + 1:
        raise Refusal("shape")


def read_xlsx(content: bytes, limits: dict[str, int]) -> tuple[list[list[Any]], list[list[int]]]:
    try:
        formulas = inspect(content, limits)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise Refusal("damaged") from error
    except Exception as error:  # zlib.error and what other decompressors raise
        if isinstance(error, (Refusal, MemoryError)):
            raise
        raise Refusal("damaged") from error
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        filled = []
        for name in book.sheet_names:
            rows = [
                [number, cells]
                for number, values in enumerate(book.get_sheet_by_name(name).iter_rows(), 1)
                if any(cells := [value if value.__class__ is str else cell(value) for value in values])
            ]
            if rows:
                filled.append(rows)
    except (CalamineError, OSError, ValueError) as error:
        raise Refusal("damaged") from error
    if len(filled) > 1:
        raise Refusal("sheets", count=len(filled))
    return (filled[0] if filled else []), formulas


def inspect(content: bytes, limits: dict[str, int]) -> list[list[int]]:
    """Bound what unpacking and parsing may cost before either is done; returns where formulas are."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    entries = archive.infolist()
    if len(entries) > limits["entries"]:
        raise Refusal("bomb")
    if "xl/workbook.xml" not in archive.namelist():
        raise Refusal("kind")
    unpacked, formulas = 0, []
    rows = cells = 0
    for entry in entries:
        if entry.flag_bits & 1:
            raise Refusal("encrypted")
        sheet = entry.filename.lower().startswith("xl/worksheets/")
        with archive.open(entry) as part:
            rest = b""
            while block := part.read(BLOCK):  # counted as it comes: the sizes in the header may lie
                unpacked += len(block)
                if unpacked > limits["unpacked"]:
                    raise Refusal("bomb")
                if not entry.filename.lower().endswith((".xml", ".rels", ".vml")):
                    continue
                if b"\0" in block or b"<!DOCTYPE" in block or b"<!ENTITY" in block:
                    raise Refusal("damaged")
                if sheet:
                    piece = rest + block
                    formulas.extend(scan(piece, limits))
                    # Rows and cells may leave out where they stand, so they are counted too.
                    rows += block.count(b"<row") + block.count(b":row")
                    cells += block.count(b"<c") + block.count(b":c ") + block.count(b":c>") + block.count(b":c/")
                    if rows > limits["rows"] + 1 or cells > limits["cells"]:
                        raise Refusal("shape")
                    rest = piece[-OVERLAP:]
    return sorted({tuple(where) for where in formulas})[:1000]  # type: ignore[return-value]


def scan(piece: bytes, limits: dict[str, int]) -> list[list[int]]:
    for match in FAR.finditer(piece):
        if column(match[1]) > limits["columns"] or len(match[2]) > 7 or int(match[2] or 0) > limits["rows"] + 1:
            raise Refusal("shape")
    if b"<f" not in piece and b":f" not in piece:
        return []
    return [[int(match[2]), column(match[1])] for match in FORMULA.finditer(piece)]


def column(letters: bytes) -> int:
    if len(letters) > 3:
        return 1 << 20
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def cell(value: Any) -> str:
    """A cell as the text a CSV file would hold: whole numbers without ".0", dates in ISO 8601."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if not (value.hour or value.minute or value.second) else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def main() -> None:
    gc.disable()  # a short life: nothing it makes is given back before its end
    limits = json.loads(sys.argv[1])
    limit(limits["memory"], limits["cpu"])
    content = sys.stdin.buffer.read()
    try:
        formulas: list[list[int]] = []
        if content.startswith(b"PK"):
            rows, formulas = read_xlsx(content, limits)
        elif content.startswith(b"\xd0\xcf\x11\xe0"):
            raise Refusal("old")
        elif content.startswith((b"%PDF", b"{\\rtf", b"<?xml", b"<!DOCTYPE", b"<html")):
            raise Refusal("kind")
        else:
            rows = read_csv(content, limits)
        answer: dict[str, Any] = {"rows": rows, "formulas": formulas}
    except Refusal as refusal:
        answer = {"refused": refusal.code, "values": refusal.values}
    except MemoryError:
        answer = {"refused": "limits", "values": {}}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=True).encode("ascii"))


if __name__ == "__main__":
    main()
