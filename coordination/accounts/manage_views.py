"""Accounts of others: the administrator sees all, a consultant those of institutions in their voivodeship."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coordination.accounts import manage_service, service
from coordination.accounts.blueprint import bp
from coordination.accounts.forms import AccountForm, RoleForm, VersionForm
from coordination.errors import AlreadyExists, Conflict, Invalid
from coordination.fields import options
from coordination.frame import role_name
from coordination.graph.users import User
from coordination.i18n import local, polish_key
from coordination.permissions import Permission, Role, scope
from coordination.web import actor, language, needs, page_number, store, voivodeships

MANAGE = Permission.ACCOUNT_MANAGE
PAGE = 50

SORTS: dict[str, Callable[[User], Any]] = {
    "email": lambda user: (user.email.casefold(), user.id),
    "role": lambda user: (polish_key(role_name(user.role)), user.email.casefold(), user.id),
    "label": lambda user: (polish_key(user.label or user.institution_name), user.id),
}


@bp.get("/accounts")
@needs(MANAGE)
def index() -> Any:
    everyone = manage_service.listed(store(), actor())
    query, role, state = (request.args.get(name, "").strip() for name in ("q", "role", "state"))
    found = [user for user in everyone if _matches(user, query, role, state)]
    sort = request.args.get("sort", "email")
    down = sort.startswith("-")
    found.sort(key=SORTS.get(sort.lstrip("-"), SORTS["email"]), reverse=down)
    page = min(page_number(), max(1, -(-len(found) // PAGE)))
    return render_template(
        "accounts/index.html",
        users=found[(page - 1) * PAGE : page * PAGE],
        total=len(found),
        everyone=len(everyone),
        waiting=[user for user in everyone if user.reset_asked_at and user.active],
        page=page,
        size=PAGE,
        roles=[(str(each), role_name(each)) for each in manage_service.roles(actor())],
        role_name=role_name,
        sort=sort,
    )


def _matches(user: User, query: str, role: str, state: str) -> bool:
    words = f"{user.email} {user.label} {user.institution_name}".casefold()
    return (
        all(word in words for word in query.casefold().split())
        and role in ("", str(user.role))
        and state in ("", account_state(user))
    )


def account_state(user: User) -> str:
    """"disabled", "waiting" (for the first password) or "active"."""
    return "disabled" if not user.active else "active" if user.has_password else "waiting"


@bp.route("/accounts/new", methods=["GET", "POST"])
@needs(MANAGE)
def add() -> Any:
    form = AccountForm()
    _offer(form)
    if request.method == "GET":
        form.role.data = form.role.choices[0].value
        form.institution.data = request.args.get("institution", "")
    if form.submitted():
        try:
            user, token = manage_service.add(
                store(), actor(), email=form.email.data, role=Role(form.role.data),
                institution=form.institution.data or "", voivodeship=form.voivodeship.data or "",
                label=form.label.data or "",
            )  # fmt: skip
        except Invalid as error:
            form[error.field].errors = [_(error.message, **error.values)]
        except AlreadyExists:
            form.email.errors = [_("This address already has an account.")]
        else:
            return _show_link(user, token)
    return render_template("accounts/new.html", form=form), 422 if form.errors else 200


@bp.get("/accounts/<user_id>")
@needs(MANAGE)
def show(user_id: str) -> Any:
    user = manage_service.one(store(), actor(), user_id)
    form = VersionForm(formdata=None, version=user.version)
    return render_template(
        "accounts/show.html", user=user, form=form, role_name=role_name, state=account_state(user),
        places=_places(user), own=user.id == actor().id, everything=scope(actor(), MANAGE).everything,
    )  # fmt: skip


@bp.post("/accounts/<user_id>/disable")
@needs(MANAGE)
def disable(user_id: str) -> Any:
    return _set_active(user_id, False, _("The account is disabled. Its sessions and links have ended."))


@bp.post("/accounts/<user_id>/enable")
@needs(MANAGE)
def enable(user_id: str) -> Any:
    return _set_active(user_id, True, _("The account is enabled."))


def _set_active(user_id: str, active: bool, done: str) -> Any:
    user = manage_service.one(store(), actor(), user_id)
    form = VersionForm()
    if form.submitted() and user.active is not active:
        try:
            if form.version.data != user.version:
                raise Conflict(user.id)
            manage_service.set_active(store(), actor(), user, active)
        except Conflict:
            flash(_("Nothing was changed: somebody changed this account first. This is how it stands now."), "error")
        except Invalid as error:
            flash(_(error.message, **error.values), "error")
        else:
            flash(done)
    return redirect(url_for(".show", user_id=user.id))


@bp.post("/accounts/<user_id>/link")
@needs(MANAGE)
def link(user_id: str) -> Any:
    user = manage_service.one(store(), actor(), user_id)
    try:
        token = manage_service.new_link(store(), actor(), user)
    except Invalid as error:
        flash(_(error.message, **error.values), "error")
        return redirect(url_for(".show", user_id=user.id))
    return _show_link(user, token)


@bp.post("/accounts/<user_id>/end-sessions")
@needs(MANAGE)
def end_account_sessions(user_id: str) -> Any:
    user = manage_service.one(store(), actor(), user_id)
    service.end_other_sessions(store(), actor(), user.id)
    flash(_("Every session of this account has ended."))
    return redirect(url_for(".show", user_id=user.id))


@bp.route("/accounts/<user_id>/role", methods=["GET", "POST"])
@needs(MANAGE)
def role(user_id: str) -> Any:
    if not scope(actor(), MANAGE).everything:
        abort(403)
    user = manage_service.one(store(), actor(), user_id)
    form = RoleForm()
    _offer(form)
    if request.method == "GET":
        form.role.data, form.version.data = str(user.role), user.version
        form.institution.data = user.institution_id
        form.voivodeship.data = user.voivodeships[0] if user.role is Role.CONSULTANT and user.voivodeships else ""
    elif form.submitted():
        try:
            if form.version.data != user.version:
                raise Conflict(user.id)
            manage_service.change_role(
                store(), actor(), user, Role(form.role.data), form.institution.data or "", form.voivodeship.data or ""
            )
        except Invalid as error:
            form[error.field or "role"].errors = [_(error.message, **error.values)]
        except Conflict:
            flash(_("Nothing was changed: somebody changed this account first. This is how it stands now."), "error")
            return redirect(url_for(".show", user_id=user.id))
        else:
            flash(_("The role is changed. Every session of this account has ended."))
            return redirect(url_for(".show", user_id=user.id))
    return render_template("accounts/role.html", form=form, user=user), 422 if form.errors else 200


def _offer(form: Any) -> None:
    """Fill the choices with what this actor may give."""
    form.role.choices = options((each, role_name(each)) for each in manage_service.roles(actor()))
    form.institution.choices = options(
        [("", _("Choose the institution")), *manage_service.institutions(store(), actor())]
    )
    places = [(each.teryt, local(each, "name", language())) for each in voivodeships().values()]
    form.voivodeship.choices = options([("", _("Choose the voivodeship")), *places])


def _places(user: User) -> str:
    known = voivodeships()
    return ", ".join(local(known[each], "name", language()) for each in user.voivodeships if each in known)


def _show_link(user: User, token: str) -> Any:
    """The one page that shows a link. It is the answer to the request that made it, so no address leads back."""
    settings = current_app.config["SETTINGS"]
    hours = service.RESET_LENGTH if user.has_password else service.LINK_LENGTH
    address = service.link_address(settings, token, request.url_root)
    return render_template("accounts/link.html", user=user, address=address, days=hours.days)
