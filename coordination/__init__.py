"""The platform on which the counter-trafficking system of 16 voivodeships finds itself."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from coordination.config import Settings
    from coordination.graph.store import Store

__version__ = "0.1.0"

# Module of each room and the blueprints it offers, in the order of the menu.
ROOMS = (
    ("coordination.home.views", "bp"),
    ("coordination.home.about", "bp"),
    ("coordination.institutions.views", "bp"),
    ("coordination.cooperation.views", "bp"),
    ("coordination.cooperation.map_views", "bp"),
    ("coordination.cooperation.matrix_views", "bp"),
    ("coordination.cooperation.reply_views", "bp"),
    ("coordination.gaps.views", "bp"),
    ("coordination.country.views", "bp"),
    ("coordination.readiness.answering.views", "bp"),
    ("coordination.readiness.rounds.views", "bp"),
    ("coordination.readiness.editor.views", "bp"),
    ("coordination.readiness.results.export_views", "bp"),
    ("coordination.teams.views", "bp"),
    ("coordination.files.views", "bp"),
    ("coordination.accounts.views", "bp"),
    ("coordination.accounts.audit_views", "bp"),
)


def folder(name: str) -> Path:
    """`templates` or `static`: a wheel carries them inside the package, a checkout keeps them beside it."""
    package = Path(__file__).parent
    return package / name if (package / name).is_dir() else package.parent / name


def create_app(settings: Settings | None = None, store: Store | None = None) -> Flask:
    """The whole wiring on one screen.

    Raises SettingError for a wrong setting and RuntimeError while any view declares no access.
    """
    from flask import Flask
    from flask_bootstrap import Bootstrap5
    from flask_wtf import CSRFProtect

    from coordination import assets, config, frame, i18n_web, web
    from coordination.accounts import sessions
    from coordination.graph.opening import open_store

    settings = settings or config.load()
    app = Flask(__name__, template_folder=str(folder("templates")), static_folder=str(folder("static")))
    secure = settings.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=config.secret_key(settings),
        TRUSTED_HOSTS=config.trusted_hosts(settings),
        SETTINGS=settings,
        TESTING=settings.testing,
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_NAME="__Host-coordination" if secure else "coordination",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=16 * 1024 * 1024,
        MAX_FORM_PARTS=5_000,
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as its session
        WTF_CSRF_SSL_STRICT=secure,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        BOOTSTRAP_SERVE_LOCAL=True,
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.extensions["store"] = store or open_store(settings)
    if settings.trusted_proxies:
        from werkzeug.middleware.proxy_fix import ProxyFix

        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    i18n_web.install(app)
    sessions.install(app)
    web.install(app)  # before the tokens of forms: who may not come here need not show one
    CSRFProtect(app)
    Bootstrap5(app)  # its stylesheet, served from the installed wheel
    assets.install(app)
    for module, name in ROOMS:
        app.register_blueprint(getattr(import_module(module), name))
    app.context_processor(lambda: {"frame": frame.build(settings.demo)})
    web.mark_static(app)
    web.refuse_undeclared(app)
    return app
