"""The tiny pack has been run before, so that no command runs it first in a process of its own."""

from pathlib import Path

import pytest

from desktop_app.engine.installed_packs import TRIED, packs_folder
from desktop_app.engine.pack.format import MANIFEST, Pack, sha256_of


@pytest.fixture(autouse=True)
def tiny_pack_was_tried(user_home: Path, tiny_pack: Pack) -> None:  # noqa: ARG001
    packs_folder().mkdir(parents=True)
    (packs_folder() / TRIED).write_text(f"{sha256_of(tiny_pack.root / MANIFEST)}\n", encoding="utf-8")
