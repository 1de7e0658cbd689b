"""The Annoy file that is built in place has the bytes of one that is saved from memory."""

from pathlib import Path

import numpy as np
from annoy import AnnoyIndex

from desktop_app.engine.pack.index import SEED, TREES, _trailing, build_index


def test_an_index_built_on_the_disk_is_that_built_in_memory(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).standard_normal((3_000, 16), dtype=np.float32)
    build_index(tmp_path / "disk.ann", rows)
    index = AnnoyIndex(16, "euclidean")
    index.set_seed(SEED)
    for i, row in enumerate(rows):
        index.add_item(i, row.tolist())
    index.build(TREES, n_jobs=1)
    index.save(str(tmp_path / "memory.ann"))
    assert (tmp_path / "disk.ann").read_bytes() == (tmp_path / "memory.ann").read_bytes()


def test_the_roots_at_the_end_are_counted() -> None:
    for values, count in (([2, 1, 2, 2], 2), ([2, 2], 2), ([2, 1], 0)):
        assert _trailing(np.array(values, np.int32), 2) == count
