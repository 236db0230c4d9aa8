"""The security log: one JSON object per line on stderr, for what the graph's audit log cannot hold.

Refused pages, refused and throttled sign-ins, forged forms. Never a password, a token, a cookie, an address typed
by a stranger or any other free text: the names below are all there is, and JSON escapes keep a line a line.
"""

from __future__ import annotations

import json
import logging
import sys

from flask import Flask, Response, g, request
from flask_login import current_user

from coordination import clock

LOG = logging.getLogger("coordination.security")

_TELLING = {400: "refused", 401: "refused", 403: "forbidden", 404: "not_found", 410: "gone", 429: "throttled"}


def note(event: str, **facts: str | int | bool) -> None:
    """Write one event of the current request."""
    who = getattr(current_user, "actor", None)
    LOG.info(
        json.dumps(
            {
                "at": clock.now().isoformat(timespec="milliseconds"),
                "event": event,
                "actor": who.id if who else "",
                "role": str(who.role) if who else "guest",
                "address": request.remote_addr or "",
                "method": request.method,
                "route": str(request.url_rule) if request.url_rule else "",
                "request_id": getattr(g, "request_id", ""),
                **facts,
            },
            ensure_ascii=True,
        )
    )


def install(app: Flask) -> None:
    if not LOG.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        LOG.addHandler(handler)
        LOG.setLevel(logging.INFO)
        LOG.propagate = app.testing
    app.after_request(_refusals)


def _refusals(response: Response) -> Response:
    """Every refusal leaves a line. An address that leads nowhere is only noise unless somebody is signed in."""
    event = _TELLING.get(response.status_code)
    if event and (request.url_rule is not None or current_user.is_authenticated):
        note(f"page:{event}", status=response.status_code)
    return response
