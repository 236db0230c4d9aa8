"""Finds text in templates that a reader would see but that nobody can translate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from jinja2 import Environment, nodes

TRANSLATING = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
SEEN_ATTRIBUTES = {"alt", "title", "aria-label", "aria-description", "aria-roledescription", "placeholder", "label"}
UNSEEN_ELEMENTS = {"script", "style", "code", "kbd"}
LETTERS = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"^[A-ZĄĆĘŁŃÓŚŹŻ][^\W\d_]*[ ,.:…]")  # "Add a tie", not "btn btn-primary" nor "GET"
HOLE = "\ue000"  # where an expression stands


def environment() -> Environment:
    made = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"])
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    return made


class _Seen(HTMLParser):
    """Collects text nodes and the attributes that are shown or read aloud."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN_ELEMENTS:
            self._hidden.append(tag)
        given = dict(attrs)
        shown = {name: value for name, value in given.items() if name in SEEN_ATTRIBUTES and value}
        if tag == "input" and given.get("type") in ("submit", "button", "reset") and given.get("value"):
            shown["value"] = given["value"]
        if tag == "meta" and given.get("name") == "description" and given.get("content"):
            shown["content"] = given["content"]
        self.found += [value for value in shown.values() if value]

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(data)


def _pieces(node: nodes.Node) -> Iterator[str]:
    """The page as it would be written, with a hole for each value and every branch in turn."""
    if isinstance(node, nodes.TemplateData):
        yield node.data
    elif isinstance(node, nodes.Const):
        yield node.value if isinstance(node.value, str) else HOLE
    elif isinstance(node, nodes.CondExpr):
        yield from _pieces(node.expr1)
        if node.expr2 is not None:
            yield from _pieces(node.expr2)
    elif isinstance(node, nodes.Concat):
        for part in node.nodes:
            yield from _pieces(part)
    elif isinstance(node, nodes.Expr):
        yield HOLE
    else:
        for child in node.iter_child_nodes():
            if isinstance(node, nodes.Output) or not isinstance(child, nodes.Expr):
                yield from _pieces(child)


def _sentences_passed_on(tree: nodes.Template) -> Iterator[str]:
    """Sentences handed to a macro or set aside without a translation."""
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in TRANSLATING:
            continue
        given = [*call.args, *(each.value for each in call.kwargs)]
        yield from (each.value for each in given if isinstance(each, nodes.Const) and _is_sentence(each.value))
    for assign in tree.find_all(nodes.Assign):
        if isinstance(assign.node, nodes.Const) and _is_sentence(assign.node.value):
            yield assign.node.value


def _is_sentence(value: object) -> bool:
    return isinstance(value, str) and bool(SENTENCE.match(value))


def untranslatable(source: str) -> list[str]:
    """Texts of one template that are shown as they stand, in every language alike."""
    tree = environment().parse(source)
    parser = _Seen()
    parser.feed("".join(_pieces(tree)))
    parser.close()
    shown = (text.replace(HOLE, " ").strip() for text in parser.found)
    return [text for text in (*shown, *_sentences_passed_on(tree)) if LETTERS.search(text)]
