"""A pack's folder that tests may change."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop_app.engine.pack.format import Pack

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture
def copy(tiny_pack: Pack, tmp_path: Path) -> Path:
    """The tiny pack's folder, to be changed."""
    return Path(shutil.copytree(tiny_pack.root, tmp_path / "copy"))


def edit(root: Path, change: Edit) -> None:
    data = json.loads((root / "pack.json").read_text(encoding="utf-8"))
    change(data)
    (root / "pack.json").write_text(json.dumps(data), encoding="utf-8")


def rewrite(root: Path, name: str, content: bytes) -> None:
    """Replaces a file and lists its new hash, as someone would who means harm."""
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_bytes(content)
    entry = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    edit(root, lambda d: d["files"].update({name: entry}))
