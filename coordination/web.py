"""Where Flask meets the domain: access marks, the current actor and place, headers, error pages, the base form."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from functools import partial, update_wrapper
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, g, make_response, render_template, request
from flask_babel import lazy_gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from coordination import fields, permissions
from coordination.errors import DomainError, StoreUnavailable, Throttled
from coordination.graph import catalogue
from coordination.graph.audit import REQUEST_ID
from coordination.graph.model import Area, InstitutionType, Source, Voivodeship
from coordination.graph.store import Store
from coordination.permissions import Actor, Permission, Role
from coordination.phrases import language as language  # rooms take it from here, with the rest of a request

T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., Any])

GUEST = Actor(id="", role=Role.GUEST)

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


def needs(permission: Permission) -> Callable[[View], View]:
    """Only roles that hold `permission` somewhere reach the view; the service asks "here?"."""

    def mark(view: View) -> View:
        view.access = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Anyone may reach the view."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Any account may reach the view, whatever its role."""
    view.access = "signed_in"  # type: ignore[attr-defined]
    return view


def guest_link(view: View) -> View:
    """Only the holder of an opened invitation link."""
    view.access = "guest_link"  # type: ignore[attr-defined]
    return view


def account_or_link(permission: Permission) -> Callable[[View], View]:
    """Whoever holds `permission` by an account or by an opened invitation link; the service asks "here?"."""

    def mark(view: View) -> View:
        view.access = permission  # type: ignore[attr-defined]
        view.by_link = True  # type: ignore[attr-defined]
        return view

    return mark


def refuse_undeclared(app: Flask) -> None:
    """Stop the program while any view has no access mark. Raises RuntimeError naming the views."""
    bare = sorted(name for name, view in app.view_functions.items() if not hasattr(view, "access"))
    if bare:
        raise RuntimeError(f"views without @needs or @public: {', '.join(bare)}")


def store() -> Store:
    return current_app.extensions["store"]


def actor() -> Actor:
    """Whoever asks; GUEST without rights when nobody signed in."""
    return getattr(current_user, "actor", None) or GUEST


def voivodeships() -> dict[str, Voivodeship]:
    """The 16 by TERYT, in Polish order."""
    return _list("voivodeships", lambda each: {it.teryt: it for it in catalogue.voivodeships(each)})


def areas() -> dict[str, Area]:
    """Areas of cooperation by code, in the order of the model."""
    return _list("areas", catalogue.areas)


def institution_types() -> dict[str, InstitutionType]:
    """Institution types by code, in Polish order."""
    return _list("institution_types", catalogue.institution_types)


def sources() -> dict[str, Source]:
    """Sources of the reference data by id."""
    return _list("sources", catalogue.sources)


def _list(name: str, read: Callable[[Store], dict[str, T]]) -> dict[str, T]:
    """A list of the package, read once: loading it anew is a start of the program."""
    kept: dict[str, dict[str, Any]] = current_app.extensions.setdefault("lists", {})
    if not kept.get(name):
        kept[name] = read(store())
    return kept[name]


def voivodeship() -> Voivodeship | None:
    """The voivodeship of this page: `?voivodeship=NN`, else the actor's own, else None for all Poland.

    One the actor may not read answers as one that does not exist.
    """
    who = actor()
    asked = request.args.get("voivodeship", "")
    if not asked:
        return voivodeships().get(who.voivodeships[0]) if len(who.voivodeships) == 1 else None
    found = voivodeships().get(asked)
    if found is None or not may_visit(who, asked):
        abort(404)
    return found


def may_visit(who: Actor, teryt: str) -> bool:
    reach = (
        permissions.scope(who, Permission.INSTITUTION_READ)
        if permissions.ever(who, Permission.INSTITUTION_READ)
        else permissions.Scope()
    )
    return reach.everything or teryt in reach.voivodeships


def page_number() -> int:
    """`?page=N`, from 1; anything else is 1."""
    raw = request.args.get("page", "1")
    return int(raw) if raw.isdecimal() and 1 <= int(raw) <= 100_000 else 1


class Form(FlaskForm):
    """Base of every form: CSRF by Flask-WTF, stray spaces off, `submitted()` says whether to act."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            # The field of the class outlives the request: it gets the filter once.
            filters = unbound_field.kwargs.get("filters", [])
            text = unbound_field.field_class.__name__ in ("StringField", "TextAreaField", "EmailField")
            if text and _strip not in filters:
                unbound_field.kwargs["filters"] = [*filters, _strip]
            return unbound_field.bind(form=form, **options)

    def submitted(self) -> bool:
        return self.validate_on_submit()


def _strip(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def download(pieces: Iterable[bytes], name: str, media: str) -> Response:
    """A file to save. `name` is made of codes and dates, never of what somebody typed."""
    response = Response(pieces, content_type=media)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def install(app: Flask) -> None:
    """Hooks of every request: identity of the request, access, headers, error pages."""
    app.jinja_env.globals["options_of"] = fields.drawn
    app.before_request(_identify)
    app.before_request(_check_access)
    app.after_request(_headers)
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _identify() -> None:
    g.request_id = secrets.token_hex(6)
    REQUEST_ID.set(g.request_id)


def _check_access() -> Any:
    if request.endpoint is None:
        return None
    view = current_app.view_functions.get(request.endpoint)
    access = getattr(view, "access", None)
    if access == "public":
        return None
    if access == "guest_link":
        if actor().role is not Role.GUEST or not actor().id:
            abort(404)
        return None
    by_link = getattr(view, "by_link", False) and actor().role is Role.GUEST and actor().id
    if not current_user.is_authenticated and not by_link:
        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
    if access == "signed_in":
        return None
    if not isinstance(access, Permission) or not permissions.ever(actor(), access):
        abort(403)
    return None


def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    # An address that carries the token of a link must not travel on.
    carries_token = "token" in (request.view_args or {})
    response.headers["Referrer-Policy"] = "no-referrer" if carries_token else "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    response.headers["X-Request-Id"] = getattr(g, "request_id", "")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if not request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-store"
        response.vary.add("Cookie")
    return response


def error_page(status: int, **values: Any) -> Response:
    """The page of one kind of failure, in the frame. Falls back to a bare text if the page itself fails."""
    template = f"errors/{status}.html" if status in PAGES else "errors/400.html"
    try:
        response = make_response(render_template(template, status=status, **values), status)
    except Exception:  # the last resort must not depend on what just failed
        current_app.logger.exception("error page %s failed", status)
        response = make_response(f"{status} {getattr(g, 'request_id', '')}\n", status)
        response.mimetype = "text/plain"
    return response


PAGES = {400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503}


def _domain_error(error: DomainError) -> Response:
    if isinstance(error, StoreUnavailable):
        g.store_down = True
    response = error_page(error.status, error=error)
    if isinstance(error, Throttled):
        response.headers["Retry-After"] = str(error.retry_after)
    if error.status == 503:
        response.headers["Retry-After"] = "5"
    return response


def _csrf_error(error: CSRFError) -> Response:
    return error_page(
        400,
        error=error,
        reason=lazy_gettext(
            "The page was open too long or came from elsewhere, so nothing was saved. "
            "Go back, reload the page and send it again."
        ),
    )


def _http_error(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    response = error_page(error.code or 500, error=error)
    if error.code == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return response


def _unexpected(error: Exception) -> Response:
    current_app.logger.exception("unexpected error, request %s", getattr(g, "request_id", ""))
    return error_page(500, error=None)


def mark_static(app: Flask) -> None:
    """Files of ours and of the installed wheels are for everyone."""
    for name, view in list(app.view_functions.items()):
        if name == "static" or name.endswith(".static"):
            # A blueprint's own view is a bound method, which takes no marks.
            # Form protection asks every view its name, which a bare partial has not.
            app.view_functions[name] = public(update_wrapper(partial(view), view))  # type: ignore[assignment]
