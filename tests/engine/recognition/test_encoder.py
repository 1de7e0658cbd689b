"""The graphs: padding changes nothing, head and whole model agree, and failures give clear errors."""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from desktop_app.engine.pack.format import Pack
from desktop_app.engine.recognition.encoder import Encoder
from desktop_app.errors import PackError
from tests.tiny_pack import EMBEDDING, LABELS, POOLED, clip


@pytest.fixture(scope="module")
def encoder(tiny_pack: Pack) -> Encoder:
    return Encoder(tiny_pack, threads=1)


def test_a_padded_batch_gives_what_each_clip_gives_alone(encoder: Encoder) -> None:
    clips = [clip("angry", seconds=0.7), clip("sad", seconds=3.0), clip("happy", seconds=1.9)]
    together = encoder.encode(clips).pooled
    alone = np.concatenate([encoder.encode([c]).pooled for c in clips])
    assert together.shape == (3, POOLED)
    assert together == pytest.approx(alone, abs=1e-5)


def test_the_head_broadcasts_one_baseline_and_takes_one_each(encoder: Encoder) -> None:
    pooled = encoder.encode([clip("angry"), clip("sad")]).pooled
    voice = np.linspace(-1, 1, POOLED, dtype=np.float32)
    one = encoder.head(pooled, voice)
    each = encoder.head(pooled, np.stack([voice, voice]))
    assert one.logits.shape == (2, len(LABELS))
    assert one.embedding.shape == (2, EMBEDDING)
    assert np.array_equal(one.logits, each.logits)
    assert np.linalg.norm(one.embedding, axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)
    # a baseline is what is taken off the pooled features before the head
    shifted = encoder.head(pooled - voice, np.zeros(POOLED, np.float32))
    assert one.logits == pytest.approx(shifted.logits, abs=1e-5)


def test_the_whole_graph_and_the_head_agree(tiny_pack: Pack, encoder: Encoder) -> None:
    import onnxruntime

    sound, voice = clip("neutral"), np.full((1, POOLED), 0.3, np.float32)
    session = onnxruntime.InferenceSession(str(tiny_pack.path("encoder.onnx")), providers=["CPUExecutionProvider"])
    feed = {"waveform": sound[None], "lengths": np.array([len(sound)]), "baseline": voice}
    logits, embedding = session.run(["logits", "embedding"], feed)
    headed = encoder.head(encoder.encode([sound]).pooled, voice[0])
    assert headed.logits == pytest.approx(logits, abs=1e-5)
    assert headed.embedding == pytest.approx(embedding, abs=1e-5)


def test_a_result_that_is_not_a_number_is_an_error(encoder: Encoder) -> None:
    with pytest.raises(PackError, match="not a number"):
        encoder.head(np.full((1, POOLED), np.nan, np.float32), np.zeros(POOLED, np.float32))


def test_a_graph_that_fails_gives_a_clear_error(encoder: Encoder) -> None:
    with pytest.raises(PackError, match=r"encoder\.onnx failed"):
        encoder.encode([np.zeros(10, np.float32)])  # shorter than one window of the front end


def test_opening_and_running_prints_nothing(tiny_pack: Pack, capfd: pytest.CaptureFixture[str]) -> None:
    encoder = Encoder(tiny_pack)
    encoder.encode([clip("sad")])
    with pytest.raises(PackError):
        encoder.encode([np.zeros(10, np.float32)])
    assert capfd.readouterr() == ("", "")


def test_two_threads_at_the_most_unless_asked_for(tiny_pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, threads in ((8, 2), (2, 2), (1, 1), (None, 1)):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        assert Encoder(tiny_pack).threads == threads
    assert Encoder(tiny_pack, threads=3).threads == 3


def graph(inputs: dict[str, tuple[int, list[Any]]], outputs: dict[str, tuple[int, list[Any]]]) -> bytes:
    """A graph with these inputs and outputs (type, sizes), which gives zeros of its outputs' sizes."""
    nodes, constants = [], []
    for name, (kind, sizes) in outputs.items():
        value = np.zeros([s if isinstance(s, int) else 1 for s in sizes], helper.tensor_dtype_to_np_dtype(kind))
        constants.append(numpy_helper.from_array(value, f"{name}_value"))
        nodes.append(helper.make_node("Identity", [f"{name}_value"], [name]))
    infos = [[helper.make_tensor_value_info(n, k, s) for n, (k, s) in ports.items()] for ports in (inputs, outputs)]
    made = helper.make_graph(nodes, "made", infos[0], infos[1], constants)
    return bytes(helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString())


FLOAT, INT = TensorProto.FLOAT, TensorProto.INT64
IN = {"waveform": (FLOAT, ["b", "n"]), "lengths": (INT, ["b"]), "baseline": (FLOAT, ["b", POOLED])}
OUT = {"logits": (FLOAT, ["b", 4]), "embedding": (FLOAT, ["b", EMBEDDING]), "pooled": (FLOAT, ["b", POOLED])}


@pytest.mark.parametrize(
    ("inputs", "outputs", "says"),
    [
        (IN, OUT, None),
        ({k: v for k, v in IN.items() if k != "lengths"}, OUT, "is asked for"),
        (IN, {**OUT, "more": (FLOAT, ["b"])}, "is asked for"),
        ({**IN, "lengths": (FLOAT, ["b"])}, OUT, "lengths of"),
        ({**IN, "waveform": (INT, ["b", "n"])}, OUT, "waveform of"),
        ({**IN, "waveform": (FLOAT, ["b"])}, OUT, "waveform of"),
        (IN, {**OUT, "logits": (FLOAT, ["b", 5])}, "logits of"),
        (IN, {**OUT, "embedding": (FLOAT, ["b", EMBEDDING, 1])}, "embedding of"),
    ],
)
def test_inputs_and_outputs_are_those_of_the_format(
    tiny_pack: Pack, tmp_path: Path, inputs: Any, outputs: Any, says: str | None
) -> None:
    root = Path(shutil.copytree(tiny_pack.root, tmp_path / "pack"))
    (root / "encoder.onnx").write_bytes(graph(inputs, outputs))
    pack = replace(tiny_pack, root=root)
    if says is None:
        assert Encoder(pack).encode([np.zeros(100, np.float32)]).pooled.shape == (1, POOLED)
    else:
        with pytest.raises(PackError, match=rf"{says}.*"):
            Encoder(pack)


def test_a_graph_of_another_size_than_it_says_is_refused_when_it_runs(tiny_pack: Pack, tmp_path: Path) -> None:
    root = Path(shutil.copytree(tiny_pack.root, tmp_path / "pack"))
    (root / "encoder.onnx").write_bytes(graph(IN, OUT))  # of one clip, whatever it is given
    encoder = Encoder(replace(tiny_pack, root=root))
    with pytest.raises(PackError, match=r"pooled of encoder\.onnx is tensor\(float\) \[1, 32\]"):
        encoder.encode([np.zeros(100, np.float32)] * 2)


def test_a_single_nan_is_an_error(encoder: Encoder) -> None:
    pooled = encoder.encode([clip("angry"), clip("sad")]).pooled
    pooled[1, 3] = np.inf
    with pytest.raises(PackError, match="not a number"):
        encoder.head(pooled, np.zeros(POOLED, np.float32))
