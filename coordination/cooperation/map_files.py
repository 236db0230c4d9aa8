"""The filtered set as files: picture, standalone page, tables and JSON. Every one is made from the same set."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

from flask import current_app
from flask_babel import gettext as _

from coordination.cooperation import map_rows, map_words
from coordination.exchange import writing
from coordination.graph import picture, standalone
from coordination.graph.layout import placed
from coordination.graph.mapset import MapSet
from coordination.graph.picture import Captions
from coordination.i18n import short_date

SVG = "image/svg+xml"
KINDS = ("svg", "html", "json", "csv", "xlsx")


def make(kind: str, shown: MapSet, layout: str, words: Captions, lang: str) -> tuple[bytes, str]:
    """The file's bytes and media type. Raises KeyError for a kind that is not in KINDS."""
    makers: dict[str, Callable[[], tuple[bytes, str]]] = {
        "svg": lambda: (picture.svg(shown, placed(shown, layout), words).encode(), SVG),
        "html": lambda: (_html(shown, layout, words, lang), "text/html; charset=utf-8"),
        "json": lambda: (json.dumps(map_rows.plain(shown), ensure_ascii=False).encode(), writing.MEDIA["json"]),
        "csv": lambda: (b"".join(writing.csv_chunks(map_rows.COLUMNS, map_rows.cells(shown))), writing.MEDIA["csv"]),
        "xlsx": lambda: (_xlsx(shown), writing.MEDIA["xlsx"]),
    }
    return makers[kind]()


def table(shown: MapSet) -> tuple[list[str], list[list[str]]]:
    """Column names and rows of the table, in words."""
    columns = [_("Institution"), _("Other side"), _("Areas"), _("State"), _("Last activity")]
    found = [
        [row.first.short, row.second.short, map_words.areas_named(shown, row.line), map_words.state_word(row.line.state),
         short_date(row.line.last) or "–"]
        for row in map_rows.rows(shown)
    ]  # fmt: skip
    return columns, found


def _html(shown: MapSet, layout: str, words: Captions, lang: str) -> bytes:
    places = placed(shown, layout)
    with current_app.open_resource(str(_static("js/map-draw.js")), "r") as file:
        painter = file.read()
    columns, found = table(shown)
    alone = shown.isolates
    return standalone.page(
        shown, places, title=words.title, lede=words.lede, lang=lang, legend=picture.legend(words), guides=words.guides,
        isolates=words.isolates, painter=painter, columns=columns, rows=found,
        alone=f"{words.isolates}: {', '.join(node.short for node in alone)}" if alone else "",
    ).encode()  # fmt: skip


def _static(name: str) -> str:
    return f"{current_app.static_folder}/{name}"


def _xlsx(shown: MapSet) -> bytes:
    """Two sheets, ties and institutions. Texts stay texts: nothing becomes a formula or a link."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    heading = book.add_format({"bold": True})
    sheets = (
        (_("Ties"), map_rows.COLUMNS, map_rows.cells(shown)),
        (_("Institutions"), ("id", "short_name", "name", "type", "sector", "ties"), map_rows.institution_cells(shown)),
    )
    for name, columns, found in sheets:
        sheet = book.add_worksheet(name[:31])
        sheet.write_row(0, 0, columns, heading)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(found, start=1):
            for place, column in enumerate(columns):
                sheet.write_string(number, place, row[column])
        sheet.set_column(0, len(columns) - 1, 24)
    book.close()
    return buffer.getvalue()
