"""The map as one HTML file that draws with no network: pyvis's own page, made self-contained."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from html import escape

from coordination.graph.drawing import around, network
from coordination.graph.layout import Layout
from coordination.graph.mapset import MapSet

# pyvis names Bootstrap's and vis-network's addresses in every mode; nothing may be fetched from anywhere.
_REMOTE = re.compile(r"<link[^>]*href=\"https?://[^>]*>|<script[^>]*src=\"https?://[^>]*>\s*</script>", re.S)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_EMPTY_HEADING = re.compile(r"<center>\s*<h1>\s*</h1>\s*</center>", re.S)

POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
STYLE = """
body { margin: 24px; color: #16212B; font: 16px/1.5 "Segoe UI", system-ui, Roboto, "Noto Sans", Arial, sans-serif; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 4px; } p { margin: 0 0 16px; }
.card { border: 1px solid #D6DCE1; border-radius: 6px; overflow: hidden; }
#mynetwork { border: 0 !important; float: none !important; outline: none; }
div.vis-tooltip { position: absolute; visibility: hidden; padding: 4px 8px; background: #FFFFFF; border: 1px solid #66747F; }
figure { margin: 16px 0; } figure svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; font-size: 20px; font-weight: 650; padding: 16px 0 8px; }
th, td { text-align: left; padding: 8px 12px 8px 0; border-bottom: 1px solid #E6EAED; vertical-align: top; }
@media print { .card { display: none; } }
"""


def page(
    shown: MapSet, layout: Layout, *, title: str, lede: str, lang: str, legend: str, guides: Mapping[str, str], isolates: str,
    painter: str, columns: Sequence[str], rows: Sequence[Sequence[str]], alone: str,
) -> str:  # fmt: skip
    """A complete document.

    Parameters
    ----------
    legend
        SVG of the legend or of the whole map; it is also what prints.
    painter
        Text of static/js/map-draw.js; its `export` words are taken off, because the file is one plain script.
    columns, rows
        The table equal to the picture, words ready to read.
    alone
        The sentence about institutions without a tie, or "".
    """
    net = network(shown, layout, height="780px")
    text = net.generate_html()
    text = _EMPTY_HEADING.sub("", _REMOTE.sub("", _COMMENT.sub("", text)))
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
    )
    text = text.replace("<html>", f'<!doctype html><html lang="{escape(lang)}">', 1)
    text = re.sub(r"<meta charset=\"utf-8\">", lambda found: found.group() + head, text, count=1)
    text = text.replace("</head>", f"<style>{STYLE}</style></head>", 1)
    text = text.replace("<body>", f"<body><h1>{escape(title)}</h1><p>{escape(lede)}</p>", 1)
    extra = _script(json.dumps(around(shown, layout, guides=guides, isolates=isolates), ensure_ascii=False))
    painting = f"""<script>{painter.replace("export function", "function")}
const around = {extra}, look = {{ selected: "", cursor: "", focused: false }};
decorate(network, nodes.get(), edges.get(), around, look);
const [left, top_, right, bottom] = around.box;
const stage = document.getElementById("mynetwork");
network.moveTo({{ position: {{ x: (left + right) / 2, y: (top_ + bottom) / 2 }},
  scale: Math.min(1.4, stage.clientWidth / (right - left), stage.clientHeight / (bottom - top_)) }});
network.on("click", (event) => {{ look.selected = event.nodes[0] || ""; network.redraw(); }});
document.documentElement.dataset.drawn = nodes.length;
</script>"""
    after = f"{painting}<figure>{legend}</figure>{_table(columns, rows)}" + (f"<p>{escape(alone)}</p>" if alone else "")
    cut = text.rindex("</body>")
    return text[:cut] + after + text[cut:]


def _script(text: str) -> str:
    # "</script>" inside a name must not end the script.
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td>{escape(cell)}</td>" if place else f'<th scope="row">{escape(cell)}</th>'
            for place, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )  # fmt: skip
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
