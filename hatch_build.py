"""Packaging: the wheel carries a catalog built from the entries beside it."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from kb.catalog.build import build

        catalog = Path(self.directory) / "catalog.sqlite"
        catalog.parent.mkdir(parents=True, exist_ok=True)
        build([Path(self.root) / "entries"], catalog)
        build_data["force_include"][str(catalog)] = "kb/_data/catalog.sqlite"
