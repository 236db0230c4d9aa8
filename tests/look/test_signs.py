"""Every state is a sign and a word, in both languages, and every colour can be read."""

from __future__ import annotations

import re

import pytest

from coordination import folder
from coordination.graph.model import Freshness, GapState, TieState
from tests.look.page import parse

WORDS = {
    ("tie", "confirmed"): ("potwierdzone", "confirmed"),
    ("tie", "one-sided"): ("jednostronne", "one-sided"),
    ("tie", "disputed"): ("sporne", "disputed"),
    ("tie", "none"): ("brak współpracy", "no cooperation"),
    ("tie", "unknown"): ("brak informacji", "not known"),
    ("gap", "no_institution"): ("brak instytucji", "no institution"),
    ("gap", "gap"): ("luka", "gap"),
    ("gap", "disputed"): ("sporne", "disputed"),
    ("gap", "unconfirmed"): ("niepotwierdzone", "unconfirmed"),
    ("gap", "stale"): ("nieaktualne", "out of date"),
    ("gap", "partial"): ("częściowe", "partial"),
    ("gap", "covered"): ("pokryte", "covered"),
    ("gap", "formalised"): ("sformalizowane", "formalised"),
    ("gap", "waived"): ("odstąpiono", "waived"),
    ("contact", "fresh"): ("aktualny", "up to date"),
    ("contact", "ageing"): ("do potwierdzenia", "to be confirmed"),
    ("contact", "stale"): ("nieaktualny", "out of date"),
}
SPRITE = (folder("templates") / "components" / "sprite.html").read_text(encoding="utf-8")
SYMBOLS = set(re.findall(r'<symbol id="([^"]+)"', SPRITE))


def test_no_state_of_the_domain_is_left_without_a_word():
    states = {("tie", str(s)) for s in TieState} | {("gap", str(s)) for s in GapState}
    assert states | {("contact", str(s)) for s in Freshness} == set(WORDS)


@pytest.mark.parametrize("lang", [0, 1], ids=["pl", "en"])
@pytest.mark.parametrize(("kind", "code"), WORDS)
def test_a_state_is_a_sign_and_a_word(draw, kind, code, lang):
    drawn = parse(draw("{{ state(code, kind) }}", lang=("pl", "en")[lang], code=code, kind=kind)).one("span")

    assert drawn.text == WORDS[kind, code][lang]
    sign = drawn.one("svg")
    assert sign.attrs["aria-hidden"] == "true"
    assert sign.one("use").attrs["href"].removeprefix("#") in SYMBOLS


def test_states_that_differ_in_meaning_differ_in_sign(draw):
    def sign(kind, code):
        return parse(draw("{{ sign(code, kind) }}", code=code, kind=kind)).one("use").attrs["href"]

    for kind in ("tie", "gap", "contact"):
        codes = [code for each, code in WORDS if each == kind]
        assert len({sign(kind, code) for code in codes}) == len(codes)
    assert sign("gap", "stale") == sign("contact", "stale") == sign("tie", "stale")
    assert sign("gap", "covered") == sign("tie", "confirmed")
    assert sign("gap", "disputed") == sign("tie", "disputed")


def test_an_icon_is_silent_and_exists(draw):
    names = re.findall(r"[a-z]+", "phone search menu list person building tie flag document task printer mail download "
                       "lock globe out plus down up right left close warning info")  # fmt: skip
    for name in names:
        icon = parse(draw("{{ icon(name) }}", name=name)).one("svg")
        assert icon.attrs["aria-hidden"] == "true"
        assert icon.one("use").attrs["href"].removeprefix("#") in SYMBOLS


# Contrast, by the formula of WCAG 2.1 (relative luminance), on the values of the stylesheet itself.

CSS = "".join(path.read_text(encoding="utf-8") for path in sorted((folder("static") / "css").glob("*.css")))
TOKENS = dict(re.findall(r"--k-([a-z0-9-]+): (#[0-9A-Fa-f]{6});", CSS))


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_knows_its_ends():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


TEXT = [
    ("ink", "surface"), ("ink", "page"), ("ink", "sunken"), ("ink", "banner"), ("ink", "selected"),
    ("ink-2", "surface"), ("ink-2", "page"), ("ink-2", "sunken"), ("ink-2", "selected"),
    ("link", "surface"), ("link", "page"), ("link", "selected"),
    ("surface", "brand"), ("brand-2", "brand"), ("error", "surface"), ("error", "page"), ("error", "error-page"),
    ("surface", "confirmed"), ("disputed", "surface"), ("brand", "surface"),
]  # fmt: skip
SIGNS = [
    "confirmed", "onesided", "disputed", "none", "unknown", "no-institution", "gap", "stale", "partial", "formalised",
]  # fmt: skip


@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_can_be_read(text, ground):
    assert contrast(TOKENS[text], TOKENS[ground]) >= 4.5


@pytest.mark.parametrize("token", SIGNS)
def test_signs_stand_out_from_the_paper(token):
    assert contrast(TOKENS[token], TOKENS["surface"]) >= 4.7


def test_edges_of_controls_and_the_focus_ring_can_be_seen():
    assert contrast(TOKENS["control"], TOKENS["surface"]) >= 3
    assert contrast(TOKENS["control"], TOKENS["page"]) >= 3
    assert contrast(TOKENS["brand-line"], TOKENS["brand"]) >= 3
    for ground in ("surface", "page", "brand"):
        assert max(contrast(TOKENS["focus"], TOKENS[ground]), contrast(TOKENS["ink"], TOKENS[ground])) >= 7
    assert contrast(TOKENS["focus"], TOKENS["ink"]) >= 7


def test_the_tokens_are_those_of_the_design():
    design = {
        "ink": "#16212B", "ink-2": "#465563", "link": "#0B4F79", "brand": "#123A52",
        "page": "#F5F6F4", "sunken": "#ECEFED", "control": "#66747F", "focus": "#FFC93C",
        "banner": "#FFF4D1", "error": "#9B0404", "confirmed": "#08564E", "onesided": "#A86002",
        "disputed": "#B5015C", "none": "#141E23", "unknown": "#697480", "no-institution": "#53397B",
        "gap": "#9B0404", "stale": "#84613E", "partial": "#1A77B9", "formalised": "#152812",
    }  # fmt: skip
    assert {name: TOKENS[name] for name in design} == design


def test_no_page_carries_its_own_style_or_script():
    for path in folder("templates").rglob("*.html"):
        html = re.sub(r"\{[#{%].*?[#}%]\}", "", path.read_text(encoding="utf-8"), flags=re.S)
        assert not re.search(r"<[^>]*\sstyle\s*=", html), path
        assert not re.search(r"<[^>]*\son[a-z]+\s*=", html), path
        assert "<style" not in html, path
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", html), path


def test_every_sign_a_template_names_is_drawn():
    for path in folder("templates").rglob("*.html"):
        for name in re.findall(r'<use href="#([a-z-]+)"', path.read_text(encoding="utf-8")):
            assert name in SYMBOLS or name.endswith("-"), f"{path}: {name}"
        for name in re.findall(r'\bicon\("([a-z-]+)"', path.read_text(encoding="utf-8")):
            assert f"i-{name}" in SYMBOLS, f"{path}: {name}"
