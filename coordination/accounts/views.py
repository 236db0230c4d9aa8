"""Signing in and out, one's own account, passwords by one-time link."""

from __future__ import annotations

import secrets
from typing import Any

from flask import (
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer

from coordination import clock
from coordination.accounts import events, manage_views, redirects, service, sessions
from coordination.accounts.blueprint import bp
from coordination.accounts.forms import (
    ChangePasswordForm,
    FirstAccountForm,
    ForgottenForm,
    NewPasswordForm,
    PreferencesForm,
    SignInForm,
)
from coordination.errors import AlreadyExists, Gone, Invalid, Throttled
from coordination.graph import sessions as records
from coordination.graph import users
from coordination.graph.links import AccountLink
from coordination.graph.sessions import digest
from coordination.i18n_web import COOKIE as LANGUAGE_COOKIE
from coordination.web import Form, actor, public, signed_in, store

__all__ = ["bp", "manage_views"]

BROWSER_DAYS = 180
LINK = "link_token"


# Sign in, sign out


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    back = redirects.safe(request.args.get("next"))
    if current_user.is_authenticated and request.method == "GET":
        return redirect(back or url_for("home.start"))
    form = SignInForm(next=back)
    timed_out = bool(session.pop("ended", False)) if request.method == "GET" else False
    if not form.submitted():
        return render_template("accounts/sign_in.html", form=form, timed_out=timed_out), 422 if form.errors else 200
    try:
        user = service.sign_in(store(), _settings(), form.email.data, form.password.data, _door(form.email.data))
    except Throttled as error:
        events.note("sign-in:throttled")
        return _throttled("accounts/sign_in.html", form, error)
    if user is None:
        events.note("sign-in:refused")
        form.password.errors = [_("The address or the password is wrong.")]
        return render_template("accounts/sign_in.html", form=form, refused=True), 422
    sessions.begin(user)
    events.note("sign-in:done", account=user.id)
    answer = redirect(redirects.safe(form.next.data) or url_for("home.start"))
    _remember_browser(answer, user.email)
    return answer


@bp.post("/sign-out")
@public
def sign_out() -> Any:
    """Public, so that a session that has just ended does not stand in the way of ending it."""
    events.note("sign-out")
    sessions.end()
    flash(_("Signed out."))
    answer = redirect(url_for("accounts.sign_in"))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _throttled(template: str, form: Form, error: Throttled, **values: Any) -> Response:
    minutes = -(-error.retry_after // 60)
    wait = ngettext(
        "The next attempt is possible in %(num)s minute.", "The next attempt is possible in %(num)s minutes.", minutes
    )
    response = make_response(render_template(template, form=form, wait=wait, **values), 429)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


# A browser the account has signed in with before is told from a stranger by a signed cookie.


def _browser_cookie() -> str:
    return "__Host-browser" if current_app.config["SESSION_COOKIE_SECURE"] else "browser"


def _signer() -> URLSafeTimedSerializer:
    import hashlib

    return URLSafeTimedSerializer(
        current_app.config["SECRET_KEY"], salt="known-browser", signer_kwargs={"digest_method": hashlib.sha256}
    )


def _known_browser() -> dict[str, Any]:
    try:
        found = _signer().loads(request.cookies.get(_browser_cookie(), ""), max_age=BROWSER_DAYS * 86400)
    except BadSignature:
        found = None
    return found if isinstance(found, dict) else {"browser": secrets.token_hex(16), "accounts": []}


def _door(email: str) -> service.Door:
    known = _known_browser()
    mine = digest(users.email_key(email))[:32] in known["accounts"]
    return service.Door(request.remote_addr or "", known["browser"] if mine else "")


def _remember_browser(answer: Any, email: str) -> None:
    known, mine = _known_browser(), digest(users.email_key(email))[:32]
    known["accounts"] = [mine, *(each for each in known["accounts"] if each != mine)][:5]
    answer.set_cookie(
        _browser_cookie(), _signer().dumps(known), max_age=BROWSER_DAYS * 86400, path="/", httponly=True,
        samesite="Lax", secure=current_app.config["SESSION_COOKIE_SECURE"],
    )  # fmt: skip


# Forgotten password and one-time links


@bp.route("/forgotten", methods=["GET", "POST"])
@public
def forgotten() -> Any:
    form = ForgottenForm()
    if not form.submitted():
        return render_template("accounts/forgotten.html", form=form), 422 if form.errors else 200
    try:
        service.ask_reset(store(), form.email.data, service.Door(request.remote_addr or ""))
    except Throttled as error:
        events.note("reset:throttled")
        return _throttled("accounts/forgotten.html", form, error)
    events.note("reset:asked")
    return render_template("accounts/asked.html")


@bp.get("/password/<token>")
@public
def open_link(token: str) -> Any:
    """Move the token from the address into the cookie. Nothing is used up: letters are opened by machines first."""
    session[LINK] = token[:200]
    return redirect(url_for("accounts.password"))


@bp.route("/password", methods=["GET", "POST"])
@public
def password() -> Any:
    """Set a password with the link opened before."""
    try:
        link = service.open_link(store(), session.get(LINK, ""), request.remote_addr or "")
    except Gone:
        session.pop(LINK, None)
        events.note("link:refused")
        return render_template("accounts/no_link.html"), 410
    form = NewPasswordForm() if link.user_id else FirstAccountForm()
    if form.submitted():
        try:
            user = _set_password(link, form)
        except (Invalid, AlreadyExists) as error:
            _tell(form, error)
        except Gone:
            return render_template("accounts/no_link.html"), 410
        else:
            sessions.begin(user)
            events.note("link:used", account=user.id)
            flash(_("The password is set."))
            answer = redirect(url_for("home.start"))
            _remember_browser(answer, user.email)
            return answer
    return render_template("accounts/password.html", form=form, link=link), 422 if form.errors else 200


def _set_password(link: AccountLink, form: Any) -> users.User:
    email = link.email or form.email.data
    return service.set_password_by_link(store(), _settings(), link, form.password.data, email=email)


def _tell(form: Any, error: Invalid | AlreadyExists) -> None:
    """Put what the domain refused beside the field it is about."""
    if isinstance(error, AlreadyExists):
        form.email.errors = [_("This address already has an account.")]
    else:
        form[error.field].errors = [_(error.message, **error.values)]


# One's own account


@bp.get("/account")
@signed_in
def account() -> Any:
    user = current_user.user
    moment = clock.now()
    others = len(records.of_user(store(), user.id, moment, service.idle_since(_settings(), moment))) - 1
    form = PreferencesForm(formdata=None, language=user.language, dense=user.dense)
    return render_template("accounts/account.html", user=user, form=form, others=others)


@bp.post("/account/preferences")
@signed_in
def preferences() -> Any:
    form = PreferencesForm()
    if not form.submitted():
        return render_template("accounts/account.html", user=current_user.user, form=form, others=0), 422
    language = form.language.data
    store().change(
        users.set_preferences, actor(), current_user.user, language, bool(form.dense.data), clock.now()
    )
    with force_locale(language):
        flash(_("The settings are saved."))
    answer = redirect(url_for(".account"))
    answer.set_cookie(
        LANGUAGE_COOKIE, language, max_age=365 * 86400, httponly=True, samesite="Lax", path="/",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )  # fmt: skip
    return answer


@bp.route("/account/password", methods=["GET", "POST"])
@signed_in
def change_password() -> Any:
    form = ChangePasswordForm()
    if form.submitted():
        try:
            user = service.change_password(
                store(), _settings(), current_user.user, form.current.data, form.new.data
            )
        except Invalid as error:
            _tell(form, error)
        except Throttled as error:
            events.note("password:throttled")
            return _throttled("accounts/change_password.html", form, error)
        else:
            if user is not None:
                sessions.begin(user)
                flash(_("The password is changed. Every other session of this account has ended."))
                return redirect(url_for(".account"))
            form.current.errors = [_("The current password is wrong.")]
    return render_template("accounts/change_password.html", form=form), 422 if form.errors else 200


@bp.post("/account/end-sessions")
@signed_in
def end_sessions() -> Any:
    service.end_other_sessions(store(), actor(), current_user.id, keep=session.id_hash)  # type: ignore[attr-defined]
    flash(_("Every other session of this account has ended."))
    return redirect(url_for(".account"))


def _settings() -> Any:
    return current_app.config["SETTINGS"]
