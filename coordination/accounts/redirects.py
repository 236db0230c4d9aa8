"""Where a page may send its reader back to: an address of ours and no other."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*\Z")
_NOT_BACK_TO = {"accounts.sign_in", "accounts.sign_out", "accounts.open_link", "accounts.password"}


def safe(target: str | None) -> str:
    """`target` when it is a path of this program that can be read, else "".

    A path may be given as the browser shows it or percent-encoded; browsers read "//h", "/\\h" and signs below
    a space in surprising ways, so none of them passes, encoded or not, and the path must lead to a page.
    """
    if not target or len(target) > 2000 or not _PATH.match(target):
        return ""
    parts = urlsplit(target)
    path = unquote(parts.path)
    if parts.scheme or parts.netloc or "//" in path or not path.isprintable() or "\\" in path or "/." in path:
        return ""
    adapter = current_app.create_url_adapter(request)
    try:
        endpoint, _values = adapter.match(path, method="GET") if adapter else ("", {})
    except (HTTPException, RequestRedirect):
        return ""
    return "" if endpoint in _NOT_BACK_TO or not endpoint else target
