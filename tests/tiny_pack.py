"""A small pack that is real in every part, made without torch: spectral features, a linear head, an Annoy index.

`clip(label, seed)` makes voice-like sounds of four kinds that it tells apart, so tests can assert answers.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from desktop_app.engine.pack.format import Item, KnnSettings, Pack, PackManifest
from desktop_app.engine.pack.write import write_pack
from desktop_app.engine.recognition.voice import VoicePrior, voice_rows
from desktop_app.engine.sound.steady import heard

LABELS = ("angry", "happy", "neutral", "sad")
RATE = 16_000
LONGEST = 6 * RATE
WINDOW, HOP, BANDS = 400, 160, 16
POOLED = 2 * BANDS
EMBEDDING = 8
OPSET = 17

Floats = npt.NDArray[np.float32]

PITCH_AND_PACE = {"angry": (300.0, 6.0), "happy": (210.0, 4.0), "neutral": (140.0, 3.0), "sad": (90.0, 1.5)}
"""Hz of the voice, syllables a second."""


def clip(label: str, seed: int = 0, seconds: float = 2.0, rate: int = RATE) -> Floats:
    """A voice-like sound [n]: pulses at the label's pitch through three formants, opened and closed as syllables."""
    rng = np.random.default_rng([seed, LABELS.index(label)])
    pitch, pace = PITCH_AND_PACE[label]
    pitch *= rng.uniform(0.93, 1.07)
    t = np.arange(round(seconds * rate)) / rate
    glide = pitch * (1 + 0.06 * np.sin(2 * np.pi * pace / 2 * t + rng.uniform(0, 6)))
    phase = 2 * np.pi * np.cumsum(glide) / rate
    sound = np.zeros_like(t)
    for harmonic in range(1, int(3_800 / pitch)):
        frequency = harmonic * pitch
        gain = sum(np.exp(-(((frequency - f) / w) ** 2)) for f, w in ((600, 160), (1300, 220), (2500, 300)))
        sound += (gain + 0.02) / np.sqrt(harmonic) * np.sin(harmonic * phase + rng.uniform(0, 6))
    syllables = np.clip(0.5 + 0.7 * np.sin(2 * np.pi * pace * t + rng.uniform(0, 6)), 0.02, 1.0)
    sound = sound * syllables + 0.003 * rng.standard_normal(t.size)
    return (0.4 * sound / np.abs(sound).max()).astype(np.float32)


DIMENSIONS = {"arousal": (0.9, 0.7, 0.4, 0.1), "dominance": (0.8, 0.6, 0.5, 0.2), "valence": (0.1, 0.9, 0.5, 0.2)}
"""What the four kinds are like, where the pack tells it."""


def build_tiny_pack(
    root: Path, items: int = 80, name: str = "tiny", voice: bool = True, dimensions: bool = False
) -> Pack:
    """Writes the pack to `root`: the datastore is `items` clips of the four kinds."""
    front = _front_end()
    clips = [clip(LABELS[i % 4], seed=1_000 + i, seconds=1.0 + 0.1 * (i % 7)) for i in range(items)]
    sounds = [heard(c, LONGEST) for c in clips]
    raw = _outputs(front, "raw", sounds)
    labels = np.arange(items) % 4
    centre = raw.mean(axis=0)
    projection = np.random.default_rng(7).normal(size=(POOLED, EMBEDDING)).astype(np.float32) / np.sqrt(POOLED)
    embeddings = (raw - centre) @ projection
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    classifier = 6 * np.stack([embeddings[labels == i].mean(axis=0) for i in range(4)])
    encoder = _graph(centre, projection, classifier, with_front_end=True)
    head = _graph(centre, projection, classifier, with_front_end=False)
    embeddings = _outputs(encoder, "embedding", sounds)
    manifest = PackManifest(
        name=name,
        version="1.0",
        created="2024-01-01",
        licence="Apache-2.0",
        labels=LABELS,
        sample_rate=RATE,
        max_seconds=LONGEST / RATE,
        embedding_dim=EMBEDDING,
        pooled_dim=POOLED,
        backbone="spectrum",
        knn=KnnSettings(k=8, alpha=0.4, temperature=0.2, weighting="distance"),
        calibration_temperature=1.2,
        novelty_distance=0.8,
        abstain_confidence=0.3,
        abstain_speech_s=0.0,
        voice={"spread": 0.45},
        dimensions=tuple(DIMENSIONS) if dimensions else (),
        training={"seed": 7},
        scores={},
    )
    rows = [
        Item(
            id=f"tiny/{i:03d}",
            label=LABELS[labels[i]],
            corpus=("alpha", "beta")[i % 2],
            speaker=f"speaker {i // 8}",
            language=("English", "Deutsch")[i % 2],
            duration_s=len(c) / RATE,
            text="Grüße" if i % 2 else "",
            licence="CC0-1.0",
            envelope=tuple(np.abs(c[: len(c) // 64 * 64]).reshape(64, -1).max(axis=1).tolist()),
        )
        for i, c in enumerate(clips)
    ]
    angles = np.linspace(0, 6, items, dtype=np.float32)
    return write_pack(
        root,
        manifest,
        encoder=encoder,
        head=head,
        embeddings=embeddings,
        items=rows,
        model_card="# Tiny pack\n\nMade by the tests.\n",
        voice=_voice(raw - centre, labels) if voice else None,
        item_map=np.stack([np.cos(angles), np.sin(angles)], axis=1),
        dimensions=_dimensions(embeddings, labels) if dimensions else None,
    )


def _dimensions(embeddings: Floats, labels: npt.NDArray[np.int64]) -> Floats:
    """float32 [dimensions, E + 1], by least squares."""
    told = np.stack([np.array(values)[labels] for values in DIMENSIONS.values()], axis=1)
    found = np.linalg.lstsq(np.column_stack([embeddings, np.ones(len(labels))]), told, rcond=None)[0]
    return found.T.astype(np.float32)


def _voice(pooled: Floats, labels: npt.NDArray[np.int64]) -> Floats:
    """float32 [L + 2, D], see `engine.recognition.voice.voice_rows`; half of a mean is believed at 5 clips."""
    offsets = np.stack([pooled[labels == i].mean(axis=0) for i in range(len(LABELS))])
    within = np.square(pooled - offsets[labels]).mean(axis=0)
    return voice_rows(VoicePrior(offsets, np.full(1, 5.0, np.float32), within))


def _outputs(model: bytes, output: str, clips: list[Floats]) -> Floats:
    """One output of the graph for each clip alone, [n, ...]."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    baseline = {"baseline": np.zeros((1, POOLED), np.float32)} if len(session.get_inputs()) == 3 else {}
    return np.concatenate(
        [session.run([output], {"waveform": c[None], "lengths": np.array([len(c)]), **baseline})[0] for c in clips]
    )


def _filters() -> Floats:
    """Windowed cosines and sines [2 * BANDS, 1, WINDOW] at frequencies from 100 Hz to 3.6 kHz."""
    t = np.arange(WINDOW) / RATE
    frequencies = np.geomspace(100, 3_600, BANDS)[:, None]
    window = np.hanning(WINDOW)
    waves = [np.cos(2 * np.pi * frequencies * t), np.sin(2 * np.pi * frequencies * t)]
    return (np.concatenate(waves) * window).astype(np.float32)[:, None]


def _front_nodes() -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    """waveform, lengths -> raw [b, POOLED]: mean and deviation over valid frames of the log power in each band."""
    constants = {
        "filters": _filters(),
        "one_axis": np.array([1], np.int64),
        "time_axis": np.array([2], np.int64),
        "floor": np.array(1e-4, np.float32),
        "window": np.array(WINDOW, np.int64),
        "hop": np.array(HOP, np.int64),
        "zero": np.array(0, np.int64),
        "one": np.array(1, np.int64),
        "third": np.array(2, np.int64),
        "batch_by_one": np.array([-1, 1, 1], np.int64),
    }
    node = helper.make_node
    nodes = [
        node("Unsqueeze", ["waveform", "one_axis"], ["channelled"]),
        node("Conv", ["channelled", "filters"], ["filtered"], strides=[HOP]),
        node("Mul", ["filtered", "filtered"], ["squared"]),
        node("Split", ["squared"], ["real", "imaginary"], axis=1),
        node("Add", ["real", "imaginary"], ["power"]),
        node("Add", ["power", "floor"], ["floored"]),
        node("Log", ["floored"], ["logged"]),
        node("Shape", ["logged"], ["shape"]),
        node("Gather", ["shape", "third"], ["frames"], axis=0),
        node("Range", ["zero", "frames", "one"], ["positions"]),
        node("Sub", ["lengths", "window"], ["past_window"]),
        node("Div", ["past_window", "hop"], ["hops"]),
        node("Add", ["hops", "one"], ["valid"]),
        node("Reshape", ["valid", "batch_by_one"], ["valid_frames"]),
        node("Less", ["positions", "valid_frames"], ["is_valid"]),
        node("Cast", ["is_valid"], ["mask"], to=TensorProto.FLOAT),
        node("Cast", ["valid_frames"], ["count"], to=TensorProto.FLOAT),
        node("Mul", ["logged", "mask"], ["masked"]),
        node("ReduceSum", ["masked", "time_axis"], ["total"], keepdims=1),
        node("Div", ["total", "count"], ["mean"]),
        node("Sub", ["logged", "mean"], ["centred"]),
        node("Mul", ["centred", "mask"], ["centred_masked"]),
        node("Mul", ["centred_masked", "centred_masked"], ["deviations"]),
        node("ReduceSum", ["deviations", "time_axis"], ["deviation_total"], keepdims=1),
        node("Div", ["deviation_total", "count"], ["variance"]),
        node("Sqrt", ["variance"], ["deviation"]),
        node("Concat", ["mean", "deviation"], ["statistics"], axis=1),
        node("Squeeze", ["statistics", "time_axis"], ["raw"]),
    ]
    return nodes, [numpy_helper.from_array(value, key) for key, value in constants.items()]


def _front_end() -> bytes:
    nodes, constants = _front_nodes()
    outputs = [helper.make_tensor_value_info("raw", TensorProto.FLOAT, ["b", POOLED])]
    return _model(nodes, _sound_inputs(), outputs, constants)


def _graph(centre: Floats, projection: Floats, classifier: Floats, with_front_end: bool) -> bytes:
    """encoder.onnx, or, without the front end, head.onnx."""
    floats = {"projection": projection, "classifier": classifier.T}
    nodes: list[onnx.NodeProto] = []
    constants: list[onnx.TensorProto] = []
    outputs = [
        helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["b", len(LABELS)]),
        helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["b", EMBEDDING]),
    ]
    pooled = helper.make_tensor_value_info("pooled", TensorProto.FLOAT, ["b", POOLED])
    baseline = helper.make_tensor_value_info("baseline", TensorProto.FLOAT, ["b", POOLED])
    if with_front_end:
        nodes, constants = _front_nodes()
        nodes.append(helper.make_node("Sub", ["raw", "centre"], ["pooled"]))
        floats["centre"] = centre
        outputs.append(pooled)
        inputs = [*_sound_inputs(), baseline]
    else:
        inputs = [pooled, baseline]
    nodes += [
        helper.make_node("Sub", ["pooled", "baseline"], ["without_voice"]),
        helper.make_node("MatMul", ["without_voice", "projection"], ["projected"]),
        helper.make_node("LpNormalization", ["projected"], ["embedding"], axis=1, p=2),
        helper.make_node("MatMul", ["embedding", "classifier"], ["logits"]),
    ]
    constants += [numpy_helper.from_array(value.astype(np.float32), key) for key, value in floats.items()]
    return _model(nodes, inputs, outputs, constants)


def _sound_inputs() -> list[onnx.ValueInfoProto]:
    return [
        helper.make_tensor_value_info("waveform", TensorProto.FLOAT, ["b", "samples"]),
        helper.make_tensor_value_info("lengths", TensorProto.INT64, ["b"]),
    ]


def _model(
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    constants: list[onnx.TensorProto],
) -> bytes:
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content
