"""Writing a pack overwrites nothing else, and writes all or nothing; its card can be replaced."""

import json
import shutil
import stat
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop_app.engine.pack import write as writing
from desktop_app.engine.pack.format import FileEntry, Pack, sha256_of
from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.pack.write import rewrite_card, write_pack
from desktop_app.errors import PackError
from tests.tiny_pack import EMBEDDING


def write(tiny: Pack, target: Path, embeddings: np.ndarray | None = None, **more: Any) -> Pack:  # type: ignore[type-arg]
    """A pack of the tiny one's first eight recordings."""
    rows = np.eye(8, EMBEDDING, dtype=np.float32) if embeddings is None else embeddings
    return write_pack(
        target,
        tiny.manifest,
        encoder=tiny.path("encoder.onnx").read_bytes(),
        head=tiny.path("head.onnx").read_bytes(),
        embeddings=rows,
        items=tiny.items[:8],
        model_card="# Eight\n",
        **more,
    )


def test_it_is_written_into_folders_that_are_made_or_empty_and_over_another_pack(
    tiny_pack: Pack, tmp_path: Path
) -> None:
    made = write(tiny_pack, tmp_path / "deep" / "deeper" / "pack")
    assert len(made.items) == 8
    (tmp_path / "empty").mkdir()
    assert len(write(tiny_pack, tmp_path / "empty").items) == 8
    other = Path(shutil.copytree(tiny_pack.root, tmp_path / "other"))
    assert len(write(tiny_pack, other).items) == 8
    assert (other / "MODEL_CARD.md").read_text() == "# Eight\n"
    if sys.platform != "win32":
        assert stat.S_IMODE(other.stat().st_mode) == 0o755, "for everyone to read"


def test_what_is_no_pack_is_not_written_over(tiny_pack: Pack, tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "a.wav").write_bytes(b"sound")
    (tmp_path / "file").write_bytes(b"text")
    for name in ("clips", "file"):
        with pytest.raises(PackError, match="is there already and is no pack"):
            write(tiny_pack, tmp_path / name)
    assert (tmp_path / "clips" / "a.wav").read_bytes() == b"sound"
    assert (tmp_path / "file").read_bytes() == b"text"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clips", "file"]


def test_a_pack_that_fails_its_checks_is_not_left_behind(tiny_pack: Pack, tmp_path: Path) -> None:
    with pytest.raises(PackError):
        write(tiny_pack, tmp_path / "pack", np.eye(8, EMBEDDING + 1, dtype=np.float32))
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_is_text_for_people_and_for_every_reader(tiny_pack: Pack, tmp_path: Path) -> None:
    pack = write(replace(tiny_pack, manifest=replace(tiny_pack.manifest, licence="Größe")), tmp_path / "pack")
    text = (pack.root / "pack.json").read_bytes().decode("utf-8")
    assert '\n  "licence": "Größe",\n' in text
    assert text.endswith("}\n")
    assert json.loads(text)["licence"] == "Größe"


def test_another_card_leaves_all_else_as_it_was(tiny_pack: Pack, tmp_path: Path) -> None:
    copy = load_pack(Path(shutil.copytree(tiny_pack.root, tmp_path / "copy")))
    before = {name: entry for name, entry in copy.manifest.files.items() if name != "MODEL_CARD.md"}
    again = rewrite_card(copy, "# Another\n")
    assert again.model_card() == "# Another\n"
    assert {name: entry for name, entry in again.manifest.files.items() if name != "MODEL_CARD.md"} == before
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_a_card_that_is_too_large_leaves_the_pack_as_it_was(tiny_pack: Pack, tmp_path: Path) -> None:
    pack = write(tiny_pack, tmp_path / "pack")
    with pytest.raises(PackError, match="is too large"):
        rewrite_card(pack, "x" * (4 * 2**20 + 1))
    assert load_pack(pack.root).model_card() == "# Eight\n"
    assert [path.name for path in tmp_path.iterdir()] == ["pack"]


def test_a_single_nan_in_the_voice_is_an_error(tiny_pack: Pack, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_pack.root, tmp_path / "copy"))
    voice = np.load(copy / "voice.npy")
    voice[0, 1] = np.nan
    np.save(copy / "voice.npy", voice)
    data = json.loads((copy / "pack.json").read_text())
    entry = FileEntry(sha256_of(copy / "voice.npy"), (copy / "voice.npy").stat().st_size)
    data["files"]["voice.npy"] = {"sha256": entry.sha256, "size": entry.size}
    (copy / "pack.json").write_text(json.dumps(data))
    with pytest.raises(PackError, match=r"voice\.npy holds what is not a number"):
        load_pack(copy)


def test_a_pack_is_written_beside_its_place(tiny_pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From where a rename puts it there at once: the folder of temporary files may be on another disk."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert rewrite_card(write(tiny_pack, tmp_path / "pack"), "# Another\n").model_card() == "# Another\n"


def test_nobody_sees_a_pack_before_it_is_whole(
    tiny_pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[str] = set()
    real = writing.load_folder

    def look(root: Path) -> Pack:
        seen.update(path.name for path in tmp_path.iterdir())
        return real(root)

    monkeypatch.setattr(writing, "load_folder", look)
    rewrite_card(write(tiny_pack, tmp_path / "a"), "# Another\n")
    assert {name.partition("-")[0] for name in seen} == {"a", ".a"}


def test_clips_lie_where_the_items_name_them(tiny_pack: Pack, tmp_path: Path) -> None:
    (tmp_path / "sound").write_bytes(b"sound")
    items = [replace(item, clip="clips/a/b/1.ogg") for item in tiny_pack.items[:8]]
    pack = write(replace(tiny_pack, items=items), tmp_path / "pack", clips={"clips/a/b/1.ogg": tmp_path / "sound"})
    assert pack.path("clips/a/b/1.ogg").read_bytes() == b"sound"
    assert pack.items[7].clip == "clips/a/b/1.ogg"
    assert set(pack.manifest.files) == {p.relative_to(pack.root).as_posix() for p in pack.root.rglob("*.*")} - {
        "pack.json"
    }
    with pytest.raises(PackError, match="not allowed in a pack"):
        write(tiny_pack, tmp_path / "other", clips={"../a.ogg": tmp_path / "sound"})


def test_arrays_are_written_as_they_are_read(tiny_pack: Pack, tmp_path: Path) -> None:
    voice = np.arange(6 * 32, dtype=np.float64).reshape(32, 6).T
    places = np.arange(16, dtype=np.float64).reshape(2, 8).T
    weights = np.arange(EMBEDDING + 1, dtype=np.float64)[None]
    telling = replace(tiny_pack, manifest=replace(tiny_pack.manifest, dimensions=("arousal",)))
    pack = write(telling, tmp_path / "pack", voice=voice, item_map=places, dimensions=weights)
    assert pack.voice is not None
    assert pack.map is not None
    assert np.array_equal(pack.voice, voice)
    assert np.array_equal(pack.map, places)
    assert pack.dimensions is not None
    assert np.array_equal(pack.dimensions, weights)
    bare = write(tiny_pack, tmp_path / "bare")
    assert (bare.voice, bare.map, bare.dimensions) == (None, None, None)


def test_what_json_has_no_number_for_is_not_written(tiny_pack: Pack, tmp_path: Path) -> None:
    of_manifest = replace(tiny_pack, manifest=replace(tiny_pack.manifest, scores={"UA": float("nan")}))
    of_item = replace(tiny_pack, items=[replace(item, duration_s=float("nan")) for item in tiny_pack.items])
    for pack in (of_manifest, of_item):
        with pytest.raises(ValueError, match="JSON"):
            write(pack, tmp_path / "pack")
    assert list(tmp_path.iterdir()) == []
