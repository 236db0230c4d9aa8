"""What the link of an invitation opens, by its purpose. Rooms meet here, so that none needs another's views. No Flask."""

from __future__ import annotations

DOORS = {
    "claims": "reply.reply",  # what others said about the institution
    "survey": "survey.opened",  # a self-assessment
}
