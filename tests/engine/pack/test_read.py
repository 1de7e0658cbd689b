"""What is looked at of a pack's folder before anything in it is used, and in which steps it can be stopped."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop_app.engine.pack.archive import zip_pack
from desktop_app.engine.pack.format import Pack
from desktop_app.engine.pack.read import load_folder, load_pack, read_manifest
from desktop_app.errors import Cancelled, PackError
from tests.engine.pack.conftest import rewrite
from tests.tiny_pack import LABELS, POOLED


def npy(shape: str, numbers: bytes, length: int = 128, kind: str = "<f4", version: bytes = b"\x01\x00") -> bytes:
    """An array as NEP 1 writes it: a header of so many bytes, and what follows."""
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY" + version + (length - 10).to_bytes(2, "little") + text.ljust(length - 11) + b"\n" + numbers


PLACES = np.arange(2 * 80, dtype="<f4").tobytes()
VOICE = np.ones((len(LABELS) + 2, POOLED), "<f4").tobytes()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("map.npy", npy("(80, 2)", PLACES), ""),
        ("map.npy", npy("(80, 2)", PLACES, 1024), ""),
        ("map.npy", npy("(80, 2)", PLACES, 1040), "is not an array of float32 numbers"),
        ("map.npy", npy("(80, 2)", PLACES[:-1]), "map.npy is damaged"),
        ("map.npy", npy("(80, 2)", PLACES + b"1"), "map.npy is damaged"),
        ("map.npy", npy("(80, 2)", PLACES[:-4] + b"\0\0\xc0\x7f"), "holds what is not a number"),
        ("map.npy", npy("(80, 3)", bytes(4 * 240)), "does not fit its 80 recordings"),
        ("map.npy", npy("(79, 2)", bytes(4 * 158)), "does not fit its 80 recordings"),
        ("map.npy", npy("(160,)", PLACES), "does not fit its 80 recordings"),
        ("map.npy", npy("(0, 2)", b""), "does not fit its 80 recordings"),
        ("map.npy", npy("(80, 2)", PLACES, kind=">f4"), "is not an array"),
        ("map.npy", npy("(80, 2)", PLACES, version=b"\x02\x00"), "is not an array"),
        ("map.npy", npy("()", PLACES[:4]), "is not an array"),
        ("map.npy", npy("(80, 2, 1, 1, 1)", PLACES), "is not an array"),
        ("voice.npy", npy(f"(6, {POOLED})", VOICE), ""),
        ("voice.npy", npy(f"({POOLED},)", VOICE[: 4 * POOLED]), ""),
        ("voice.npy", npy(f"(0, {POOLED})", b""), ""),
        ("voice.npy", npy(f"({POOLED}, 6)", VOICE), "voice.npy does not fit its pooled_dim"),
        ("voice.npy", npy(f"(2, 3, {POOLED})", VOICE), ""),
    ],
)
def test_an_array_has_its_shape_and_as_many_numbers(copy: Path, name: str, content: bytes, says: str) -> None:
    rewrite(copy, name, content)
    if says:
        with pytest.raises(PackError, match=says):
            load_pack(copy)
    else:
        pack = load_pack(copy)
        found = pack.map if name == "map.npy" else pack.voice
        assert found is not None
        assert found.tobytes() == content[-found.nbytes :] * bool(found.size)


@pytest.mark.parametrize(("size", "fits"), [(4 * 1024 * 1024, True), (4 * 1024 * 1024 + 1, False)])
def test_a_manifest_has_four_megabytes_at_most(copy: Path, size: int, fits: bool) -> None:
    (copy / "pack.json").write_bytes((copy / "pack.json").read_bytes().ljust(size))
    if fits:
        assert read_manifest(copy).name == "tiny"
    else:
        with pytest.raises(PackError, match=r"pack\.json of this pack is too large"):
            read_manifest(copy)


def test_a_manifest_that_is_a_link_or_a_folder_is_none(copy: Path, tmp_path: Path) -> None:
    (copy / "pack.json").rename(tmp_path / "pack.json")
    (copy / "pack.json").symlink_to(tmp_path / "pack.json")
    with pytest.raises(PackError, match=r"is no pack: it has no pack\.json"):
        read_manifest(copy)
    (copy / "pack.json").unlink()
    (copy / "pack.json").mkdir()
    with pytest.raises(PackError, match=r"is no pack: it has no pack\.json"):
        read_manifest(copy)


def test_what_is_no_file_is_lacking(copy: Path) -> None:
    (copy / "index.ann").unlink()
    (copy / "index.ann").mkdir()
    with pytest.raises(PackError, match=r"The pack lacks index\.ann"):
        load_pack(copy)


def test_who_stops_is_asked_for_at_every_file_and_graph(copy: Path, tiny_pack: Pack, tmp_path: Path) -> None:
    zip_pack(tiny_pack, tmp_path / "a.vkpack")
    n_files = len(tiny_pack.manifest.files)
    for path, times in ((copy, n_files + 2), (tmp_path / "a.vkpack", 2 * n_files + 2)):
        asked: list[bool] = []
        load_pack(path, lambda asked=asked: bool(asked.append(False)))  # type: ignore[misc]
        assert len(asked) == times
        for stop_at in (1, n_files + 1, times):
            asked.clear()
            with pytest.raises(Cancelled):
                load_pack(path, lambda asked=asked, stop_at=stop_at: asked.append(True) or len(asked) == stop_at)  # type: ignore[misc]


def test_an_archive_is_unpacked_under_a_name_that_says_whose_it_is_and_gone_with_its_pack(
    tiny_pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    zip_pack(tiny_pack, tmp_path / "a.vkpack")
    pack = load_pack(tmp_path / "a.vkpack")
    assert pack.root.parent.name.startswith("voicekin-pack-")
    del pack
    (tmp_path / "b.vkpack").write_bytes(b"no archive")
    with pytest.raises(PackError, match=r"b\.vkpack is no pack"):
        load_pack(tmp_path / "b.vkpack")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "voicekin-home") == ["a.vkpack", "b.vkpack"]


BREAKING: dict[str, Callable[[Path], Any]] = {
    "a sum": lambda root: (root / "MODEL_CARD.md").write_bytes(b"?" * (root / "MODEL_CARD.md").stat().st_size),
    "a graph": lambda root: rewrite(root, "head.onnx", b"no graph"),
    "the index": lambda root: rewrite(root, "index.ann", bytes((root / "index.ann").stat().st_size)),
    "an array": lambda root: rewrite(root, "map.npy", npy("(80, 2)", PLACES[:-4] + b"\0\0\xc0\x7f")),
    "a row": lambda root: rewrite(
        root, "neighbours.jsonl", (root / "neighbours.jsonl").read_bytes().replace(b"tiny/001", b"tiny/000")
    ),
}


@pytest.mark.parametrize("what", BREAKING)
def test_what_passed_before_is_not_looked_at_again(copy: Path, what: str) -> None:
    BREAKING[what](copy)
    assert load_folder(copy, checked=True).manifest.name == "tiny"
    with pytest.raises(PackError):
        load_folder(copy)


def test_a_folder_is_read_from_wherever_it_is_named(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copy.parent)
    pack = load_pack(Path("copy"))
    monkeypatch.chdir("/")
    assert pack.model_card().startswith("# Tiny pack")
