"""A field's data is what its kind makes of what was typed: the type checker does not follow it there."""

from typing import Any

def __getattr__(name: str) -> Any: ...
