"""The start page of each role, and the menu of a phone."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for

from coordination.permissions import Role
from coordination.web import actor, public, signed_in

bp = Blueprint("home", __name__)


@bp.get("/")
@signed_in
def start():
    if actor().role in (Role.NATIONAL, Role.ADMINISTRATOR):
        return redirect(url_for("country.index"))
    return render_template("home/todo.html")


@bp.get("/menu")
@public
def menu():
    return render_template("menu.html")


@bp.get("/health/live")
@public
def live():
    return "ok\n"
