"""Everything a person reads is there in Polish and in English, and counts right in Polish."""

from __future__ import annotations

import ast
import gettext
import io
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2.utils import _PassArg

from tests.templates_text import untranslatable

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "coordination/translations/pl/LC_MESSAGES/messages.po"
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[#0\- +]?\d*(?:\.\d+)?[sdfr]|%%|\{\w*\}")
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt", ".svg"))

# Shown alike in every language: names of languages in themselves, of formats, and example values.
ALIKE = re.compile(
    r"^(Polski|English|PL|EN|CSV|XLSX|XLSForm|JSON|SVG|PNG|HTML|GEXF|GraphML|Pajek|Kumu|UCINET|Neo4j|ArcadeDB|UTC|TERYT|"
    r"pl|en|https?://\S*|www\.[\w.-]+|[\w.-]+@[\w.-]*example(\.pl)?)$"
)


@cache
def catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="pl")


@cache
def texts() -> tuple[Message, ...]:
    """Every text that the program and its templates mark, as the catalogue's own command finds them."""
    code = (
        "import sys; from babel.messages.pofile import write_po; from tools.messages import extract;"
        "write_po(sys.stdout.buffer, extract())"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    return tuple(message for message in read_po(io.BytesIO(found.stdout)) if message.id)


def singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def strings(message: Message | None) -> list[str]:
    if message is None:
        return []
    return [message.string] if isinstance(message.string, str) else list(message.string)


def plurals() -> list[Message]:
    return [message for message in catalogue() if message.id and message.pluralizable]


def right_form(number: int) -> int:
    """1 luka; 2, 3, 4, 22 luki; 0, 5, 11, 12, 21, 112 luk. Written from the grammar, not from the catalogue's rule."""
    if number == 1:
        return 0
    tens, ones = divmod(number % 100, 10)
    return 1 if ones in (2, 3, 4) and tens != 1 else 2


def placeholders(text: str) -> Counter[str]:
    return Counter(found for found in PLACEHOLDER.findall(text))


def test_the_program_has_texts_at_all():
    """A wrong path would extract nothing, and everything below would pass."""
    found = {singular(message) for message in texts()}
    assert len(found) > 150
    sources = [re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL) for path in TEMPLATES]
    marked_in_templates = {
        text for source in sources for text in re.findall(r"""[\s{(]_\("([^"\\]+)"\)""", source)
    }
    assert len(marked_in_templates) > 20
    assert marked_in_templates <= found


def test_every_text_has_its_polish():
    lacking = []
    for message in texts():
        polish = catalogue().get(message.id, message.context)
        expected = 3 if message.pluralizable else 1
        if len(strings(polish)) != expected or not all(map(str.strip, strings(polish))):
            lacking.append(singular(message))
    assert lacking == []


def test_nothing_in_the_catalogue_is_guessed_or_left_over():
    used = {(message.id, message.context) for message in texts()}
    assert [singular(message) for message in catalogue() if message.id and message.fuzzy] == []
    left = [message for message in catalogue() if message.id and (message.id, message.context) not in used]
    assert [singular(message) for message in left] == []


def test_polish_says_the_same_values():
    """A placeholder lost or misspelt is a wrong sentence, or a page that breaks."""
    wrong = []
    for message in catalogue():
        if not message.id:
            continue
        sources = [message.id] if isinstance(message.id, str) else list(message.id)
        allowed = [set(placeholders(source)) for source in sources]
        for polish in strings(message):
            if polish and set(placeholders(polish)) not in allowed:
                wrong.append((sources[0], polish))
    assert wrong == []


def test_no_placeholder_is_half_written():
    wrong = [
        (singular(message), text)
        for message in catalogue() if message.id
        for text in (*([message.id] if isinstance(message.id, str) else message.id), *strings(message))
        if placeholders(singular(message)) and "%" in PLACEHOLDER.sub("", text)
    ]
    assert wrong == []


def test_polish_begins_and_ends_as_the_english_does():
    wrong = []
    for message in catalogue():
        if not message.id:
            continue
        english = singular(message)
        for polish in filter(None, strings(message)):
            edges = [
                (english[:1].isspace(), polish[:1].isspace()), (english[-1:].isspace(), polish[-1:].isspace()),
                (english.endswith(":"), polish.endswith(":")), (english.endswith("?"), polish.endswith("?")),
            ]
            if any(one != other for one, other in edges):
                wrong.append((english, polish))
    assert wrong == []


def test_sources_are_english():
    """But for a Polish word in quotation marks, which is spoken of."""
    polish = re.compile(r"[ąćęłńśźżĄĆĘŁŃŚŹŻ]")
    assert [singular(m) for m in texts() if polish.search(re.sub(r"“[^”]*”", "", singular(m)))] == []


def test_no_text_stands_twice_in_the_catalogue():
    entries = re.findall(r'^(?:msgctxt ((?:".*"\n)+))?msgid ((?:".*"\n)+)', PO.read_text("utf-8"), re.MULTILINE)
    joined = Counter(tuple("".join(ast.literal_eval(line) for line in part.splitlines()) for part in entry)
                     for entry in entries)
    assert [entry for entry, times in joined.items() if times > 1] == []


def test_a_text_is_counted_or_not_never_both():
    counted = {(singular(message), message.context) for message in texts() if message.pluralizable}
    plain = {(message.id, message.context) for message in texts() if not message.pluralizable}
    assert counted & plain == set()


def test_polish_counts_right_from_0_to_122():
    """The rule that the catalogue hands to the program picks the form that the grammar asks for."""
    sample = Catalog(locale="pl")
    sample.mime_headers = catalogue().mime_headers
    sample.add(("%(num)s gap", "%(num)s gaps"), ("luka", "luki", "luk"))
    compiled = io.BytesIO()
    write_mo(compiled, sample)
    compiled.seek(0)
    count = gettext.GNUTranslations(compiled).ngettext
    wrong = {
        number: count("%(num)s gap", "%(num)s gaps", number) for number in range(123)
        if count("%(num)s gap", "%(num)s gaps", number) != ("luka", "luki", "luk")[right_form(number)]
    }
    assert wrong == {}


def test_the_three_forms_are_three_words():
    """„1 luka, 2 luki, 5 luk”: copying one form into the next is the usual slip.

    Where English has one form too ("and 3 more"), nothing in the sentence bends.
    """
    assert len(plurals()) > 5
    slips = []
    for message in plurals():
        said = {PLACEHOLDER.sub("", text).strip() for text in strings(message)}
        if len({PLACEHOLDER.sub("", text).strip() for text in message.id}) > 1 and len(said) == 1:
            slips.append((singular(message), said))
    assert slips == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_shows_no_text_that_cannot_be_translated(path):
    source = path.read_text("utf-8")
    found = untranslatable(source) if path.suffix != ".txt" else []
    assert [text for text in found if not ALIKE.match(text)] == []


@pytest.mark.parametrize("source", [
    "<p>Save</p>", '<img alt="A map">', "{% if x %}<b>Done</b>{% endif %}", '{{ page_head("Add an institution") }}',
    '<button title="{{ x }} or more">{{ _("Go") }}</button>', '<p>{{ "Yes" if x else "No" }}</p>',
    '{% set heading = "All the gaps" %}', '<input type="submit" value="Send">',
])
def test_the_search_for_untranslatable_text_finds_it(source):
    assert untranslatable(source)


@pytest.mark.parametrize("source", [
    '<p class="lead">{{ _("Save") }}</p>', '<img alt="{{ _("A map") }}">', "<script>const a = 'Text here'</script>",
    '<b class="{{ "on" if x else "off" }}">{{ ngettext("%(num)s gap", "%(num)s gaps", n) }}</b>',
    "<p>{{ name }} · 12</p>",
    "{% trans %}Save{% endtrans %}",
])
def test_the_search_for_untranslatable_text_leaves_the_rest_alone(source):
    assert untranslatable(source) == []


def test_python_marks_what_it_says():
    """A label or a message given to people as a bare string stays English for everyone."""
    bare = []
    for path in sorted((ROOT / "coordination").rglob("*.py")):
        if "commands" in path.parts or path.name == "cli.py":
            continue
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
            if name != "flash" and not re.search(r"[a-z]Field$|Required$|^Length$|^ValidationError$", name):
                continue
            named = [keyword.value for keyword in call.keywords if keyword.arg in ("message", "label")]
            bare += [
                f"{path.relative_to(ROOT)}:{each.lineno}: {each.value}" for each in (*call.args[:1], *named)
                if isinstance(each, ast.Constant) and re.search(r"[A-Za-z]{2}", str(each.value))
            ]
    assert bare == []


# What these give is the same for every reader; any other filter depends on the language.
ALIKE_FILTERS = {"date", "moment", "nb", "score", "percent", "signed", "clock"}


def test_no_filter_of_a_constant_keeps_the_language_of_the_first_reader(app):
    """Jinja computes filters of constants when it compiles, unless they take the context."""
    ours = {
        name: filter for name, filter in app.jinja_env.filters.items() if filter.__module__.startswith("coordination")
    }
    assert len(ours) > 8
    kept = {name for name, filter in ours.items() if _PassArg.from_obj(filter) is not _PassArg.context}
    assert kept == ALIKE_FILTERS
    template = app.jinja_env.from_string("{{ 1.5|num }}")
    said = []
    for language in ("en", "pl"):
        with app.test_request_context(f"/?lang={language}"):
            said.append(template.render())
    assert said == ["1.5", "1,5"]
