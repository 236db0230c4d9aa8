"""The accounts room's one blueprint, shared by its pages for everyone and for those who manage accounts."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)
