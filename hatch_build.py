"""Compiles the catalogues while the wheel is built: without them every text would be English."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        for po in sorted(Path(self.root, "coordination", "translations").glob("*/LC_MESSAGES/*.po")):
            with po.open("rb") as file:
                catalogue = read_po(file, locale=po.parts[-3])
            with po.with_suffix(".mo").open("wb") as file:
                write_mo(file, catalogue)
