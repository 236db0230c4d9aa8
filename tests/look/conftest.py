"""A small application with the frame and no rooms, so that the look is tested without a database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, render_template_string, request
from flask_babel import Babel

from coordination import assets, fields, folder, i18n, phrases

NAMES = {
    "ui": "icon, sign, word, state, duty, breadcrumb, page_head, skip_results, panel, notice, flash_bar, empty, stat, "
    "summary_list, timeline, contact, both_sides, task_list, steps, segment, in_page, pagination, confirm_page",
    "forms": "field, choice, error_summary, csrf, submit, check",
    "tables": "sort_link, cell_label, filter_bar, filter_select, filter_text, here",
    "charts": "bar, bar_states, legend, poland_map, coverage",
}
IMPORTS = "".join(
    f"{{% from 'components/{file}.html' import {names} with context %}}" for file, names in NAMES.items()
)


def frame(lang: str, **changes: Any) -> SimpleNamespace:
    return SimpleNamespace(**{
        "demo": True, "notice": "", "signed_in": True, "guest": False, "role": "consultant",
        "role_label": "Konsultant wojewódzki", "account_label": "Mazowiecki UW",
        "voivodeship": SimpleNamespace(teryt="14", name_pl="mazowieckie", name_en="Masovian"),
        "switcher": [("mazowieckie", "?voivodeship=14", True, True), ("łódzkie", "?voivodeship=10", False, False)],
        "nav": [("Do zrobienia", "/", False, 12), ("Luki", "/page", True, None)],
        "can_call": True, "call_url": "/call", "menu_url": "/menu", "search_url": "/search",
        "sign_in_url": "/sign-in", "sign_out_url": "/sign-out", "account_url": "/account",
        "lang": lang, "lang_urls": {"pl": "?lang=pl", "en": "?lang=en"},
        "footer": [("Pomoc", "/about/help")], "data_as_of": datetime(2026, 1, 12, 7, 5, tzinfo=UTC),
        "request_id": "a1b2c3d4e5f6", **changes,
    })  # fmt: skip


@pytest.fixture(scope="session")
def frame_application() -> Flask:
    app = Flask("look", template_folder=str(folder("templates")), static_folder=str(folder("static")))
    app.config.update(SECRET_KEY="k" * 32, BABEL_TRANSLATION_DIRECTORIES=str(i18n.FOLDER), BABEL_DEFAULT_LOCALE="pl")
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}

    def language() -> str:
        return request.args.get("lang", "pl")

    Babel(app, locale_selector=language)
    phrases.install(app)
    assets.install(app)
    app.jinja_env.globals["options_of"] = fields.drawn
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.filters.update(date=i18n.short_date, moment=i18n.moment, nb=i18n.no_orphans)
    app.context_processor(lambda: {"frame": frame(language(), **app.config.get("FRAME", {}))})
    return app


@pytest.fixture
def look(frame_application: Flask) -> Iterator[Flask]:
    # One application for all: compiling the templates is most of what a test here costs.
    processors = list(frame_application.template_context_processors[None])
    yield frame_application
    frame_application.config.pop("FRAME", None)
    frame_application.template_context_processors[None] = processors


@pytest.fixture
def draw(look: Flask) -> Iterator[Any]:
    """draw("{{ state('gap', 'gap') }}", lang="pl", path="/page?sort=name", **values) -> the HTML of the macros."""

    def draw(source: str, lang: str = "pl", path: str = "/page", method: str = "GET", **values: Any) -> str:
        glue = "&" if "?" in path else "?"
        with look.test_request_context(f"{path}{glue}lang={lang}", method=method):
            return render_template_string(IMPORTS + source, **values)

    yield draw
