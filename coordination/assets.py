"""Styles and scripts: ours, and those of installed wheels, served by us. No other host is asked, nothing of theirs is
in the repository."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, Flask, request, url_for


def wheel(package: str) -> Path:
    """The folder of an installed package, found without importing it. Raises RuntimeError when it is missing."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"the package {package} is not installed")
    return Path(next(iter(spec.submodule_search_locations)))


def install(app: Flask) -> None:
    """Bootstrap's stylesheet as `url_for("vendor.static", filename="bootstrap.min.css")`; ours as `static("css/app.css")`
    in templates."""
    styles = wheel("flask_bootstrap") / "static" / "bootstrap5" / "css"
    app.register_blueprint(
        # Under /static/, so that browsers keep it as long as our own files.
        Blueprint("vendor", __name__, static_folder=str(styles), static_url_path="/static/vendor")
    )
    kept: dict[tuple[str, str], str] = {}

    def static(filename: str) -> str:
        # A page names ten of them: asking the router costs each time as much as a row of a list.
        key = (request.script_root, filename)
        if key not in kept:
            kept[key] = url_for("static", filename=filename)
        return kept[key]

    app.jinja_env.globals["static"] = static
