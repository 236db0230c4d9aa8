"""The limit programs: as little as a page of the kind can be, in Flask, to divide ours by.

A signed-in user, two queries on a table of 20,000 rows, a base template and 50 rows of 8 columns: asked of SQLite in
the same process, and, because no page of ours can have its answers from there, of our graph server by the bare driver;
and a form of 15 fields as WTForms renders it.
"""

from __future__ import annotations

import sqlite3
from typing import Any, LiteralString

import neo4j
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from flask_login import LoginManager, UserMixin, login_required, login_user
from flask_wtf import FlaskForm
from jinja2 import DictLoader
from wtforms import SelectField, StringField, TextAreaField

ROWS, SHOWN = 20_000, 50

BASE = """<!doctype html><html lang="pl"><head><meta charset="utf-8"><title>{% block title %}{% endblock %}</title>
<link rel="stylesheet" href="/static/a.css"></head><body><header><nav><a href="/">Start</a></nav></header>
<main>{% block content %}{% endblock %}</main><footer>Example</footer></body></html>"""
TABLE = """{% extends "base" %}{% block title %}Institutions{% endblock %}{% block content %}<h1>{{ total }}</h1>
<table><thead><tr>{% for name in names %}<th>{{ name }}</th>{% endfor %}</tr></thead><tbody>{% for row in rows %}
<tr>{% for cell in row %}<td class="text-start">{{ cell }}</td>{% endfor %}</tr>{% endfor %}</tbody></table>
{% endblock %}"""
FORM = """{% extends "base" %}{% block content %}<form method="post">{{ form.hidden_tag() }}{% for field in form %}
<p>{{ field.label }} {{ field }} {% for error in field.errors %}<b>{{ error }}</b>{% endfor %}</p>{% endfor %}
<button>Save</button></form>{% endblock %}"""


class User(UserMixin):
    id = "1"


def fifteen_fields() -> type[FlaskForm]:
    fields: dict[str, Any] = {f"text_{n}": StringField(f"Field {n}") for n in range(11)}
    fields |= {f"long_{n}": TextAreaField(f"Text {n}") for n in range(2)}
    fields |= {f"choice_{n}": SelectField(f"Choice {n}", choices=[(str(c), f"Choice {c}") for c in range(5)])
               for n in range(2)}  # fmt: skip
    return type("FifteenFields", (FlaskForm,), fields)


COUNT: LiteralString = "MATCH (:Voivodeship {teryt: $teryt})<-[:COVERS]-(i:Institution) RETURN count(i) AS n"
LIST: LiteralString = """
    MATCH (:Voivodeship {teryt: $teryt})<-[:COVERS]-(i:Institution)
    WITH i ORDER BY i.name_pl LIMIT $shown
    MATCH (i)-[:OF_TYPE]->(t:InstitutionType)
    RETURN i.id, i.name_pl, i.short_name, t.name_pl, i.city, i.address, i.email, i.version
    """
WHO: LiteralString = "MATCH (u:User) RETURN u.id AS id LIMIT 1"


def client(driver: neo4j.Driver | None = None, database: str | None = None, teryt: str = "14") -> FlaskClient:
    """Signed in to the limit program; its page `/graph` asks the server of `driver`, three times as a page of ours
    must: who is signed in, how many there are, and the rows."""
    name = database
    database = sqlite3.connect(":memory:", check_same_thread=False)
    columns = ("id", "name", "short", "type", "city", "site", "place", "state")
    database.execute(f"CREATE TABLE institution ({', '.join(columns)})")
    rows = (
        (f"{n}", f"Example institution {n}", f"EI {n}", "police", f"City {n % 97}", "", f"{n % 16:02}", "confirmed")
        for n in range(ROWS)
    )
    database.executemany(f"INSERT INTO institution VALUES ({','.join('?' * len(columns))})", rows)
    database.execute("CREATE INDEX by_place ON institution (place, name)")

    app = Flask(__name__)
    app.config.update(SECRET_KEY="k" * 48, TESTING=True)
    app.jinja_loader = DictLoader({"base": BASE, "table": TABLE, "form": FORM})
    login = LoginManager(app)
    login.user_loader(lambda id: User())
    form_class = fifteen_fields()

    @app.get("/in")
    def sign_in() -> str:
        login_user(User())
        return "in"

    @app.get("/table")
    @login_required
    def table() -> str:
        (total,) = database.execute("SELECT count(*) FROM institution WHERE place = '14'").fetchone()
        rows = database.execute(
            "SELECT * FROM institution WHERE place = '14' ORDER BY name LIMIT ?", (SHOWN,)
        ).fetchall()
        return render_template_string("{% extends 'table' %}", total=total, names=columns, rows=rows)

    @app.get("/graph")
    @login_required
    def graph() -> str:
        assert driver is not None
        with driver.session(database=name, default_access_mode=neo4j.READ_ACCESS) as session:
            assert session.run(WHO).single() is not None
            (total,) = session.run(COUNT, teryt=teryt).single(strict=True)
            rows = [record.values() for record in session.run(LIST, teryt=teryt, shown=SHOWN)]
        return render_template_string("{% extends 'table' %}", total=total, names=columns, rows=rows)

    @app.get("/form")
    @login_required
    def form() -> str:
        return render_template_string("{% extends 'form' %}", form=form_class())

    made = app.test_client()
    assert made.get("/in").status_code == 200
    return made


def gaps_by_class(
    kinds: dict[str, tuple[str, str]], met: list[tuple[str, str, str]], expected: list[tuple[str, str, str]]
) -> dict[tuple[str, str, str, str], int]:
    """Missing pairs by voivodeship and expectation, counted and never listed: O(ties + classes²).

    `kinds` gives type and TERYT of an id; `met` holds pairs with their area; `expected` type, type, area.
    """
    sizes: dict[tuple[str, str], int] = {}
    for kind in kinds.values():
        sizes[kind] = sizes.get(kind, 0) + 1
    found: dict[tuple[str, str, str, str], int] = {}
    for a, b, area in met:
        (type_a, place_a), (type_b, place_b) = kinds[a], kinds[b]
        if place_a == place_b:
            cell = (place_a, min(type_a, type_b), max(type_a, type_b), area)
            found[cell] = found.get(cell, 0) + 1
    missing = {}
    for place in sorted({place for _type, place in sizes}):
        for one, other, area in expected:
            type_a, type_b = min(one, other), max(one, other)
            first, second = sizes.get((type_a, place), 0), sizes.get((type_b, place), 0)
            pairs = first * second if type_a != type_b else first * (first - 1) // 2
            missing[place, type_a, type_b, area] = pairs - found.get((place, type_a, type_b, area), 0)
    return missing
