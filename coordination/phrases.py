"""Translation in templates, quick enough for long lists.

Flask-Babel's own functions look the language up anew for every word, which on a list of 50 rows costs more than
drawing the list. These find the catalogue by the language of the request and do nothing else; they are called the
same way: `_("%(num)s of %(total)s", num=1, total=2)`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from babel.support import NullTranslations, Translations
from flask import Flask, g
from flask_babel import get_locale
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from coordination.i18n import FOLDER


@lru_cache(maxsize=4)
def _catalogue(lang: str) -> NullTranslations:
    return NullTranslations() if lang == "en" else Translations.load(FOLDER, [lang])


def language() -> str:
    """The reader's language: settled once in a request, Polish outside of one."""
    try:
        return g.language
    except RuntimeError:  # nobody asks for a page
        return "pl"
    except AttributeError:
        locale = get_locale()
        g.language = locale.language if locale else "pl"
        return g.language


def by_reader(make: Callable[..., str]) -> Callable[..., str]:
    """A filter whose result depends on the reader's language.

    Jinja works a filter of a constant out once, when it compiles the template: in the language of whoever came first.
    One that takes the context it leaves for each page.
    """

    @pass_context
    @wraps(make)
    def filter(context: Context, *args: Any, **options: Any) -> str:
        return make(*args, **options)

    return filter


def _here() -> NullTranslations:
    try:
        return g.words
    except RuntimeError:
        return _catalogue("pl")
    except AttributeError:
        g.words = _catalogue(language())
        return g.words


def _filled(context: Context, found: str, values: dict[str, Any]) -> str:
    # Values are escaped when the text is Markup; the text itself is ours.
    text = Markup(found) if context.eval_ctx.autoescape else found
    return text % values if "%" in found else text


def plain(text: str) -> str:
    """A text without values, in the language of the request."""
    return _here().gettext(text)


@pass_context
def gettext(context: Context, text: str, /, **values: Any) -> str:
    return _filled(context, _here().gettext(text), values)


@pass_context
def ngettext(context: Context, one: str, many: str, number: int, /, **values: Any) -> str:
    values.setdefault("num", number)
    return _filled(context, _here().ngettext(one, many, number), values)


@pass_context
def pgettext(context: Context, where: str, text: str, /, **values: Any) -> str:
    return _filled(context, str(_here().pgettext(where, text)), values)


@pass_context
def npgettext(context: Context, where: str, one: str, many: str, number: int, /, **values: Any) -> str:
    values.setdefault("num", number)
    return _filled(context, _here().npgettext(where, one, many, number), values)


def install(app: Flask) -> None:
    """Put them in the place of Flask-Babel's, after it; and a place where drawn state signs are kept."""
    app.jinja_env.globals.update(
        _=gettext, gettext=gettext, ngettext=ngettext, pgettext=pgettext, npgettext=npgettext, drawn={}
    )
