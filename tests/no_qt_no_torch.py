"""A pytest plugin: Qt, torch, transformers and the trainer can't be imported, as on a machine that lacks them.

`python -m pytest -o addopts=--strict-markers -p no:pytest-qt -p tests.no_qt_no_torch tests/voicekin`
"""

import sys
from collections.abc import Sequence
from types import ModuleType

BLOCKED = frozenset({"PySide6", "shiboken6", "torch", "transformers", "trainer"})


class Block:
    """A finder that refuses the blocked packages and leaves the rest to the finders after it."""

    def find_spec(self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None) -> None:
        """Refuses by raising ImportError, which is what a missing package raises."""
        if name.partition(".")[0] in BLOCKED:
            raise ImportError(f"{name} is blocked")


loaded = BLOCKED & {name.partition(".")[0] for name in sys.modules}
assert not loaded, f"imported before the block: {sorted(loaded)}"
sys.meta_path.insert(0, Block())
