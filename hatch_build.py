"""Packaging: the wheel carries a catalog built from the entries beside it."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from kb.catalog.build import build

        # Not beside the wheel: all that lies there is uploaded.
        self.folder = TemporaryDirectory()
        catalog = Path(self.folder.name) / "catalog.sqlite"
        build([Path(self.root) / "entries"], catalog, history=True)
        build_data["force_include"][str(catalog)] = "kb/_data/catalog.sqlite"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self.folder.cleanup()
