"""The blueprint of the register: institutions, contacts, search, the call list."""

from flask import Blueprint

bp = Blueprint("institutions", __name__)
