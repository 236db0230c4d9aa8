"""The quick translation of templates says what Flask-Babel's own would say, and escapes what it is given."""

from __future__ import annotations

import flask_babel
import pytest
from markupsafe import Markup

MESSAGES = ["Skip to content", "Whom to call", "not in the catalogue at all"]


@pytest.mark.parametrize("lang", ["pl", "en"])
def test_words_are_those_of_the_catalogue(look, draw, lang):
    for message in MESSAGES:
        with look.test_request_context(f"/page?lang={lang}"):
            expected = flask_babel.gettext(message)
        assert draw("{{ _(m) }}", lang=lang, m=message) == expected
    with look.test_request_context(f"/page?lang={lang}"):
        expected = flask_babel.pgettext("gap", "gap")
    assert draw("{{ pgettext('gap', 'gap') }}", lang=lang) == expected


@pytest.mark.parametrize("number", [0, 1, 2, 5, 12, 22, 25, 112, 122])
def test_polish_plurals_are_kept(look, draw, number):
    one, many = "%(num)s thing must be corrected before saving", "%(num)s things must be corrected before saving"
    with look.test_request_context("/page?lang=pl"):
        expected = flask_babel.ngettext(one, many, number)
    assert draw("{{ ngettext(one, many, n) }}", one=one, many=many, n=number) == expected


def test_values_are_escaped_and_markup_stays(draw):
    html = draw("{{ _('Remove filter: %(filter)s', filter=value) }}", value="<b>&")
    assert html == "Usuń filtr: &lt;b&gt;&amp;"
    assert draw("{{ _('Remove filter: %(filter)s', filter=value) }}", value=Markup("<b>x</b>")) == "Usuń filtr: <b>x</b>"
    assert draw("{{ _('below 40%%') }}") == "below 40%"


def test_a_language_forced_for_a_letter_is_obeyed(look):
    from flask import render_template_string

    with look.test_request_context("/page?lang=pl"), flask_babel.force_locale("en"):
        assert render_template_string("{{ _('Whom to call') }}") == "Whom to call"


def test_a_kept_sign_is_not_shown_in_the_other_language(draw):
    for lang, word in (("pl", "luka"), ("en", "gap"), ("pl", "luka")):
        assert word in draw("{{ state('gap', 'gap') }}", lang=lang)
