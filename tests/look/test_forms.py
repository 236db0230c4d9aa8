"""Forms that are heard as well as seen. axe notices none of these faults, so the HTML itself is read."""

from __future__ import annotations

import pytest
import wtforms
from wtforms.validators import InputRequired, Optional

from coordination.fields import options
from tests.look.page import parse


class Sample(wtforms.Form):
    name = wtforms.StringField(
        "Nazwa", description="Jak w statucie", validators=[InputRequired("Podaj nazwę instytucji")]
    )
    note = wtforms.TextAreaField("Uwaga")
    kind = wtforms.SelectField("Typ", choices=["Policja", "Straż"], validators=[Optional()])
    stance = wtforms.RadioField(
        "Stanowisko", choices=options([("yes", "Tak"), ("no", "Nie")]), validators=[InputRequired("Wybierz stanowisko")]
    )
    areas = wtforms.SelectMultipleField(
        "Obszary", choices=options([("x", "Szkolenia"), ("y", "Kontrole")]),
        option_widget=wtforms.widgets.CheckboxInput(), widget=wtforms.widgets.ListWidget(),
    )  # fmt: skip
    on = wtforms.DateField("Ważne od", validators=[Optional()])
    example = wtforms.BooleanField("Dane przykładowe", description="Znacznik przy rekordzie")


@pytest.fixture
def refused():
    form = Sample()
    assert not form.validate()
    return form


@pytest.mark.parametrize("name", ["name", "note", "kind", "on", "example"])
def test_every_control_has_its_label(draw, name):
    html = parse(draw("{{ field(form[name]) }}", form=Sample(), name=name))
    assert html.one("label").attrs["for"] == name
    assert html.by_id(name).name in ("input", "select", "textarea")


def test_a_refused_field_names_its_hint_and_its_error(draw, refused):
    html = parse(draw("{{ field(form.name) }}", form=refused))
    control = html.by_id("name")

    assert control.attrs["aria-invalid"] == "true"
    assert control.attrs["aria-describedby"].split() == ["name-hint", "name-error"]
    assert html.by_id("name-hint").text == "Jak w statucie"
    assert html.by_id("name-error").text == "Błąd: Podaj nazwę instytucji"


def test_a_good_field_claims_no_error(draw):
    control = parse(draw("{{ field(form.note) }}", form=Sample())).by_id("note")
    assert "aria-invalid" not in control.attrs
    assert "aria-describedby" not in control.attrs


def test_optional_is_said_and_required_is_not(draw):
    def label(name):
        return parse(draw("{{ field(form[name]) }}", form=Sample(), name=name)).one("label").text

    assert label("note") == "Uwaga (nieobowiązkowe)"
    assert label("on") == "Ważne od (nieobowiązkowe)"
    assert label("name") == "Nazwa"


def test_choices_are_a_group_with_a_name_and_one_label_each(draw, refused):
    html = parse(draw("{{ choice(form.stance, hints={'no': 'Obie strony to zobaczą.'}) }}", form=refused))
    group = html.one("fieldset")

    assert group.one("legend").text == "Stanowisko"
    assert group.attrs["aria-describedby"] == "stance-error"
    assert [radio.attrs["type"] for radio in group.all("input")] == ["radio", "radio"]
    assert [label.attrs["for"] for label in group.all("label")] == [radio.attrs["id"] for radio in group.all("input")]
    described = group.all("input")[1].attrs["aria-describedby"]
    assert html.by_id(described).text == "Obie strony to zobaczą."


def test_a_group_is_recognised_without_being_told(draw):
    html = parse(draw("{{ field(form.areas) }}", form=Sample()))
    assert html.one("fieldset").one("legend").text == "Obszary"
    assert [box.attrs["type"] for box in html.all("input")] == ["checkbox", "checkbox"]


def test_what_a_choice_reveals_follows_it(draw):
    html = draw("{{ choice(form.stance, reveal={'yes': field(form.note)}) }}", form=Sample())
    assert html.index('value="yes"') < html.index('id="note"') < html.index('value="no"')


def test_the_summary_leads_to_every_refused_control(draw, refused):
    html = parse(draw("{{ error_summary(form) }}{{ field(form.name) }}{{ field(form.stance) }}", form=refused))
    summary = html.one(role="alert")

    assert summary.attrs["tabindex"] == "-1"
    assert summary.one("h2").text == "Przed zapisaniem trzeba poprawić 2 rzeczy"
    links = {link.text: link.attrs["href"] for link in summary.all("a")}
    assert links == {"Podaj nazwę instytucji": "#name", "Wybierz stanowisko": "#stance-0"}
    for target in links.values():
        assert html.by_id(target.removeprefix("#")).name == "input"


def test_no_summary_where_nothing_is_wrong(draw):
    assert draw("{{ error_summary(form) }}", form=Sample()).strip() == ""


def test_a_message_with_a_percent_sign_and_markup_is_shown_as_it_is(draw):
    form = Sample()
    form.validate()
    form.name.errors = ["Najwyżej 100 % <b>znaków</b>"]
    html = draw("{{ error_summary(form) }}{{ field(form.name) }}", form=form)
    assert html.count("Najwyżej 100 % &lt;b&gt;znaków&lt;/b&gt;") == 2


def test_a_question_page_starts_with_the_question_and_ends_with_the_verb(draw):
    html = parse(draw("{{ confirm_page('Wycofać oświadczenie?', ['Druga strona to zobaczy.'], ['Historia zostaje.'], "
                      "'Wycofaj oświadczenie', '/back') }}"))  # fmt: skip
    assert html.one("h1").text == "Wycofać oświadczenie?"
    assert html.one("form").attrs["method"] == "post"
    assert html.one("button").text == "Wycofaj oświadczenie"
    assert "autofocus" not in html.one("button").attrs
