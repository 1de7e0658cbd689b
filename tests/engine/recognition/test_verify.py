"""A pack is first run in a separate process: one that hangs, crashes or uses too much memory is refused."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from desktop_app.engine import installed_packs
from desktop_app.engine.installed_packs import install_pack, open_pack
from desktop_app.engine.pack.format import MANIFEST, Pack, sha256_of
from desktop_app.engine.recognition import verify
from desktop_app.engine.recognition.verify import Check, first_run, looked_at, verify_pack
from desktop_app.errors import Cancelled, PackError


@pytest.fixture
def copy(tiny_pack: Pack, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_pack.root, tmp_path / "copy"))


def rewrite_head(root: Path, nodes: list[onnx.NodeProto], constants: dict[str, list[int]]) -> None:
    """More nodes before the head's own, and a manifest that agrees."""
    model = onnx.load(root / "head.onnx")
    kept = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*nodes, *kept])
    model.graph.initializer.extend(numpy_helper.from_array(np.array(v, np.int64), k) for k, v in constants.items())
    (root / "head.onnx").write_bytes(model.SerializeToString())
    manifest = json.loads((root / MANIFEST).read_text())
    manifest["files"]["head.onnx"] = {
        "sha256": sha256_of(root / "head.onnx"),
        "size": (root / "head.onnx").stat().st_size,
    }
    (root / MANIFEST).write_text(json.dumps(manifest))


def swell(root: Path) -> None:
    """Asks for 4 GB: each number in it is small, and their product is made as it runs, or as it is opened."""
    node = helper.make_node
    nodes = [
        node("Mul", ["many", "many"], ["more"]),
        node("ConstantOfShape", ["more"], ["zeros"]),
        node("ReduceSum", ["zeros"], ["sum"], keepdims=0),
        node("Add", ["pooled", "sum"], ["pooled_and_sum"]),
    ]
    rewrite_head(root, nodes, {"many": [2**15]})
    model = onnx.load(root / "head.onnx")
    next(n for n in model.graph.node if n.op_type == "Sub").input[0] = "pooled_and_sum"
    (root / "head.onnx").write_bytes(model.SerializeToString())
    rewrite_head(root, [], {})


def test_stopping_a_first_run_ends_its_process(tiny_pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def start(*arguments: Any, **more: Any) -> subprocess.Popen[bytes]:
        started.append(real(*arguments, **more))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    with pytest.raises(Cancelled):
        verify_pack(tiny_pack.root, lambda: bool(started))
    (process,) = started
    assert process.returncode is not None, "it was ended, and waited for"
    assert process.returncode != 0


def test_the_separate_process_finds_the_same_problems(tiny_pack: Pack) -> None:
    checks = verify_pack(tiny_pack.root)
    assert checks == looked_at(tiny_pack.root)
    assert [check.name for check in checks] == ["manifest", "files", "labels", "index", "encoder", "answer"]
    assert all(check.ok for check in checks)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")
def test_a_graph_that_swells_is_refused(copy: Path) -> None:
    swell(copy)
    checks = verify_pack(copy)
    assert [check.ok for check in checks].count(False) == 1
    assert "head.onnx" in checks[-1].detail


def test_a_pack_that_hangs_is_stopped(tiny_pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "PATIENCE_S", 0.05)  # before Python has started
    began = time.monotonic()
    assert verify_pack(tiny_pack.root) == [
        Check("encoder", False, "The pack takes far too long for an answer: don't use it.")
    ]
    assert time.monotonic() - began < 20


def test_a_pack_that_crashes_does_not_crash_the_app(tiny_pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "_run_apart", lambda *_: -11)
    (check,) = verify_pack(tiny_pack.root)
    assert not check.ok
    assert "(-11): don't use it" in check.detail


def test_the_process_never_writes_partial_results(
    tiny_pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "_limit_memory", lambda pack: None)  # noqa: ARG005 - this process has more to do
    assert first_run([str(tiny_pack.root), str(tmp_path / "checks.json")]) == 0
    assert [p.name for p in tmp_path.glob("checks*")] == ["checks.json"]


def test_a_pack_from_elsewhere_is_run_apart_once(tiny_pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[Path] = []
    monkeypatch.setattr(installed_packs, "verify_pack", lambda path, _: runs.append(path) or [])
    for _ in range(2):
        assert open_pack(tiny_pack.root).encoder_sha256 == tiny_pack.encoder_sha256
    assert runs == [tiny_pack.root]
    install_pack(tiny_pack.root)
    assert len(runs) == 2
    open_pack(installed_packs.find_pack("tiny"))
    assert len(runs) == 2, "it passed when it was installed"


def test_a_pack_that_fails_its_first_run_is_not_opened(tiny_pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed_packs, "verify_pack", lambda *_: [Check("encoder", False, "It hangs.")])
    for _ in range(2):
        with pytest.raises(PackError, match="It hangs"):
            open_pack(tiny_pack.root)


def test_what_is_found_is_told_line_by_line(tiny_pack: Pack, copy: Path) -> None:
    before: list[Pack] = []
    checks = looked_at(tiny_pack.root, before.append)
    assert [pack.root for pack in before] == [tiny_pack.root]
    n, size = len(tiny_pack.manifest.files), sum(e.size for e in tiny_pack.manifest.files.values())
    assert [(c.name, c.ok, c.detail) for c in checks] == [
        ("manifest", True, f"tiny 1.0, format {tiny_pack.manifest.format}, Apache-2.0"),
        ("files", True, f"{n} files, {size / 1e6:.1f} MB, every size and sha256 as listed"),
        ("labels", True, "angry, happy, neutral, sad"),
        ("index", True, "80 recordings, 8 dimensions"),
        ("encoder", True, "spectrum, inputs and outputs as the format asks"),
        ("answer", True, "noise and a second of silence encoded, 8 neighbours found"),
    ]
    (copy / "encoder.onnx").write_bytes(b"")
    (bad,) = looked_at(copy)
    assert (bad.name, bad.ok) == ("pack", False)
    assert "encoder.onnx" in bad.detail


def test_a_large_pack_gets_more_time(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("a", "deep/b"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(250_000_000)  # a hole: no disk is used
    assert verify._patience_s(tmp_path) == pytest.approx(60.0 + 30.0, abs=0.01)
    assert verify._patience_s(tmp_path / "a") == pytest.approx(60.0 + 15.0, abs=0.01)
