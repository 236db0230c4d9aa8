"""What the wheel carries beside the package: compiled catalogues, templates and static files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WheelContents(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        self._compile_catalogues()
        if self.target_name == "wheel" and version == "standard":
            # Not in pyproject.toml: there they would be copied into an editable install too, and grow stale.
            build_data["force_include"].update({name: f"coordination/{name}" for name in ("templates", "static")})

    def _compile_catalogues(self) -> None:
        """Without them every text would be English."""
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        for po in sorted(Path(self.root, "coordination", "translations").glob("*/LC_MESSAGES/*.po")):
            with po.open("rb") as file:
                catalogue = read_po(file, locale=po.parts[-3])
            with po.with_suffix(".mo").open("wb") as file:
                write_mo(file, catalogue)
