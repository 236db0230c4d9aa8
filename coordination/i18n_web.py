"""The reader's language on the web: `?lang=` is remembered in a cookie; Polish comes first."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request
from flask_babel import Babel
from flask_login import current_user

from coordination import i18n, labels, phrases

COOKIE = "lang"


def choose() -> str:
    """The asked language, the remembered one, the account's, else Polish."""
    for wanted in (
        request.args.get("lang"),
        request.cookies.get(COOKIE),
        getattr(current_user, "language", None),
    ):
        if wanted in i18n.LANGUAGES:
            return str(wanted)
    return "pl"


def install(app: Flask) -> None:
    app.config.update(
        BABEL_DEFAULT_LOCALE="pl",
        BABEL_DEFAULT_TIMEZONE="Europe/Warsaw",
        BABEL_TRANSLATION_DIRECTORIES=str(i18n.FOLDER),
    )
    Babel(app, locale_selector=choose)
    phrases.install(app)
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.filters.update(
        date=i18n.short_date,
        longdate=phrases.by_reader(lambda day: i18n.long_date(day, phrases.language()) if day else ""),
        moment=i18n.moment,
        num=phrases.by_reader(lambda value, places=1: i18n.decimal(value, phrases.language(), places)),
        nb=i18n.no_orphans,
    )
    app.jinja_env.globals.update(
        local=lambda thing, name: i18n.local(thing, name, phrases.language()),
        label=lambda kind, code: phrases.plain(labels.label(kind, code)),
    )
    app.after_request(_remember)


def _remember(response: Response) -> Any:
    wanted = request.args.get("lang")
    if wanted in i18n.LANGUAGES and request.cookies.get(COOKIE) != wanted:
        response.set_cookie(
            COOKIE,
            wanted,
            max_age=365 * 86400,
            httponly=True,
            samesite="Lax",
            path="/",
            secure=response.headers.get("Strict-Transport-Security") is not None,
        )
    return response
