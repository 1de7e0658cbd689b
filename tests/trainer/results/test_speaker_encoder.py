"""The speaker encoder's graph compared with its published definition in NumPy, and the purpose of the projection."""

import os
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from desktop_app import paths
from trainer.results.speaker_encoder import DIM, HIDDEN, LAYERS, MELS, speaker_graph
from trainer.results.speaker_projection import fitted

RATE, FRAME, HOP = 16_000, 400, 160
WEIGHTS = Path(os.environ.get("VOICEKIN_MODELS", "")) / "ge2e-speaker-encoder" / "model.safetensors"

Tensors = dict[str, np.ndarray]


def mel_powers(samples: np.ndarray) -> np.ndarray:
    """[frames, 40]: power of a Hann window of 25 ms every 10 ms through Slaney's triangles, each of area 1."""

    def to_mel(hz: np.ndarray) -> np.ndarray:
        return np.where(hz < 1000, hz / (200 / 3), 15 + np.log(np.maximum(hz, 1) / 1000) / (np.log(6.4) / 27))

    def to_hz(mel: np.ndarray) -> np.ndarray:
        return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))

    edges = to_hz(np.linspace(0, to_mel(np.array(8000.0)), MELS + 2))
    bins = np.arange(FRAME // 2 + 1) * RATE / FRAME
    rising = (bins[None] - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins[None]) / np.diff(edges)[1:, None]
    filters = np.maximum(0, np.minimum(rising, falling)) * 2 / (edges[2:] - edges[:-2])[:, None]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)
    starts = range(0, len(samples) - FRAME + 1, HOP)
    powers = np.stack([np.abs(np.fft.rfft(samples[s : s + FRAME] * window)) ** 2 for s in starts])
    return powers @ filters.T


def projected(samples: np.ndarray, tensors: Tensors) -> np.ndarray:
    """[256]: three LSTM layers over the frames, the last state projected."""
    states = mel_powers(samples.astype(np.float64))
    for layer in range(LAYERS):
        w, u = (tensors[f"lstm.weight_{kind}_l{layer}"].astype(np.float64) for kind in ("ih", "hh"))
        bias = tensors[f"lstm.bias_ih_l{layer}"] + tensors[f"lstm.bias_hh_l{layer}"]
        h, c, out = np.zeros(HIDDEN), np.zeros(HIDDEN), []
        for x in states:
            i, f, g, o = np.split(w @ x + u @ h + bias, 4)
            i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
            c = f * c + i * np.tanh(g)
            h = o * np.tanh(c)
            out.append(h)
        states = np.array(out)
    return np.asarray(tensors["linear.weight"] @ states[-1] + tensors["linear.bias"])


def made_tensors() -> Tensors:
    rng = np.random.default_rng(0)
    tensors = {}
    for layer in range(LAYERS):
        inputs = MELS if layer == 0 else HIDDEN
        for name, shape in (("ih", (4 * HIDDEN, inputs)), ("hh", (4 * HIDDEN, HIDDEN))):
            tensors[f"lstm.weight_{name}_l{layer}"] = rng.normal(0, 0.06, shape)
            tensors[f"lstm.bias_{name}_l{layer}"] = rng.normal(0, 0.1, 4 * HIDDEN)
    tensors["linear.weight"] = rng.normal(0, 0.06, (DIM, HIDDEN))
    tensors["linear.bias"] = rng.normal(0, 0.1, DIM)
    return {name: values.astype(np.float32) for name, values in tensors.items()}


def windows() -> np.ndarray:
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 0.03, (2, 25_840))
    noise[1] += 0.04 * np.sin(2 * np.pi * 180 * np.arange(25_840) / RATE)
    return noise.astype(np.float32)


def run(graph: bytes | str, sound: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    (rows,) = session.run(["projected"], {"waveform": sound})
    return np.asarray(rows)


def test_the_graph_is_the_published_encoder() -> None:
    tensors = made_tensors()
    graph = speaker_graph({name: torch.tensor(values) for name, values in tensors.items()})
    for sound in (windows(), windows()[:1, :9_000]):
        expected = np.stack([projected(row, tensors) for row in sound])
        assert run(graph, sound) == pytest.approx(expected, abs=2e-4)


@pytest.mark.skipif(not WEIGHTS.is_file(), reason="needs the published weights (VOICEKIN_MODELS)")
def test_the_app_ships_the_published_weights() -> None:
    from safetensors.numpy import load_file

    shipped = str(paths.assets() / "speakers" / "ge2e.onnx")
    sound = windows()
    expected = np.stack([projected(row, load_file(WEIGHTS)) for row in sound])
    found = run(shipped, sound)  # in int8
    likeness = (found * expected).sum(axis=1) / np.linalg.norm(found, axis=1) / np.linalg.norm(expected, axis=1)
    assert likeness.min() > 0.995


def test_the_projection_keeps_the_voice_and_drops_the_mood() -> None:
    rng = np.random.default_rng(0)
    raw, speakers, corpora = [], [], []
    for speaker in range(60):
        corpus = f"corpus {speaker % 3}"
        own = np.zeros(256)
        own[:20] = rng.normal(0, 1, 20)  # a voice lies in the first 20 dimensions, the microphone in the last,
        own[-1] = 50.0 * (speaker % 3)
        for _ in range(24):
            clip = own + rng.normal(0, 0.3, 256)
            clip[20:120] += rng.normal(0, 3)  # and a mood, by far the loudest, in those between
            raw.append(clip)
            speakers.append(f"{corpus}/{speaker}")
            corpora.append(corpus)
    rows = np.array(raw, np.float32)
    projection = fitted(rows, speakers, corpora)
    embedded = rows @ projection[:256] + projection[256]
    names = np.array(speakers)
    means = np.stack([embedded[names == n].mean(axis=0) for n in np.unique(names)])
    nearest = np.square(embedded[:, None] - means[None]).sum(axis=2).argmin(axis=1)
    assert (np.unique(names)[nearest] == names).mean() > 0.99
    raw_means = np.stack([rows[names == n].mean(axis=0) for n in np.unique(names)])
    raw_nearest = np.square(rows[:, None] - raw_means[None]).sum(axis=2).argmin(axis=1)
    assert (np.unique(names)[raw_nearest] == names).mean() < 0.9
    within = np.concatenate([embedded[names == n] - embedded[names == n].mean(axis=0) for n in np.unique(names)])
    assert within.std(axis=0).max() < 1.05
    assert embedded.mean(axis=0) == pytest.approx(np.zeros(40), abs=1e-2)
