"""Hostile and broken workbooks, written as archives by hand: no writer of workbooks would make them."""

from __future__ import annotations

import io
import zipfile

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" '
    'Target="{target}"/></Relationships>'
)
BOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "{dimension}<sheetData>{rows}</sheetData></worksheet>"
)


def workbook(
    rows: str, dimension: str = "", *, sheet: bytes | None = None, more: dict[str, bytes] | None = None
) -> bytes:
    """A workbook of one sheet whose `sheetData` is `rows`."""
    parts = {
        "[Content_Types].xml": TYPES.encode(),
        "_rels/.rels": RELS.format(kind="officeDocument", target="xl/workbook.xml").encode(),
        "xl/workbook.xml": BOOK.encode(),
        "xl/_rels/workbook.xml.rels": RELS.format(kind="worksheet", target="worksheets/sheet1.xml").encode(),
        "xl/worksheets/sheet1.xml": SHEET.format(rows=rows, dimension=dimension).encode()
        if sheet is None
        else sheet,
        **(more or {}),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def cell(ref: str, text: str = "x") -> str:
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'


def corner(ref: str = "XFD1048576", dimension: str = '<dimension ref="A1:XFD1048576"/>') -> bytes:
    """Two cells, one of them in a far corner: 4.7 KB that used to take gigabytes."""
    digits = "".join(sign for sign in ref if sign.isdigit())
    return workbook(f'<row r="1">{cell("A1")}</row><row r="{digits}">{cell(ref)}</row>', dimension)


def far(rows: int, columns: str) -> bytes:
    return corner(f"{columns}{rows}", "")


BOMBS = {
    "a cell in the last corner": lambda: corner(),
    "the corner without a dimension": lambda: corner(dimension=""),
    "only the dimension names the corner": lambda: workbook(
        f'<row r="1">{cell("A1")}</row>', '<dimension ref="A1:XFD1048576"/>'
    ),
    "the 51st column": lambda: far(2, "AY"),
    "row 100,002": lambda: far(100_002, "A"),
    "quotes of the other kind": lambda: workbook(
        f"<row r=\"1\">{cell('A1')}<c r='XFD1048576'><v>1</v></c></row>"
    ),
    "the corner behind an entity": lambda: workbook(
        f'<row r="1">{cell("A1")}<c r="&#88;FD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    ),
    "a sheet of 210 MB": lambda: workbook("", sheet=b"<worksheet><sheetData>" + b" " * 210_000_000),
    "another part of 210 MB": lambda: workbook(
        f'<row r="1">{cell("A1")}</row>', more={"xl/media/image1.png": b"\0" * 210_000_000}
    ),
    "five million cells without a place": lambda: workbook("<row>" + "<c/>" * 5_000_000 + "</row>"),
    "two million rows without a place": lambda: workbook("<row><c><v>1</v></c></row>" * 2_000_000),
    "a thousand parts": lambda: workbook(
        f'<row r="1">{cell("A1")}</row>', more={f"xl/part{number}.xml": b"" for number in range(1000)}
    ),
    "entities within entities": lambda: workbook(
        "",
        sheet=b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        b"<worksheet><sheetData><row><c><v>&b;</v></c></row></sheetData></worksheet>",
    ),
    "a sheet in UTF-16": lambda: workbook(
        "", sheet=SHEET.format(rows=cell("XFD1048576"), dimension="").encode("utf-16")
    ),
    "cut in the middle": lambda: corner()[:700],
    "not an archive": lambda: b"PK\x03\x04" + b"\xff" * 5000,
    "no workbook inside": lambda: _other(),
    "nested deep": lambda: workbook("<row>" * 200_000),
    "a text of 150 MB": lambda: workbook(f'<row r="1">{cell("A1", "a" * 150_000_000)}</row>'),
    "an old workbook": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4000,
}


def _other() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    return file.getvalue()
