"""Runs a pack's ONNX graphs: the encoder from sound to pooled features, the head from those to logits and embedding."""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from desktop_app.engine.onnx_session import first_line, open_session
from desktop_app.engine.pack.format import ENCODER, HEAD, Pack
from desktop_app.errors import PackError

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Encoded:
    """Pooled features of a batch, float32 [b, D], centred on the training mean, with no baseline subtracted."""

    pooled: Floats


@dataclass(frozen=True)
class Headed:
    """The head's outputs for pooled features: logits float32 [b, L], embedding float32 [b, E], L2-normalised."""

    logits: Floats
    embedding: Floats


class Encoder:
    """Runs a pack's encoder.onnx and head.onnx on the CPU.

    Attributes:
        encoder_sha256: Identifies the encoder that makes the pooled features.
        threads: The number of threads for one inference.
    """

    def __init__(self, pack: Pack, threads: int | None = None) -> None:
        """Opens both graphs.

        Args:
            threads: The number of threads for one inference; at most two by default, since more are hardly faster on
                short clips.

        Raises:
            PackError: A graph can't be opened, or its inputs and outputs are not those of the format.
        """
        m = pack.manifest
        self.threads = threads = threads or min(2, os.cpu_count() or 1)
        self.encoder_sha256 = pack.encoder_sha256
        self.pooled_dim = m.pooled_dim
        self._answers = {"logits": len(m.labels), "embedding": m.embedding_dim}
        self._encoder = open_session(pack.path(ENCODER), threads)
        self._head = open_session(pack.path(HEAD), threads)
        answers: dict[str, list[int | None]] = {name: [None, size] for name, size in self._answers.items()}
        pooled: dict[str, list[int | None]] = {"pooled": [None, m.pooled_dim]}
        baseline: dict[str, list[int | None]] = {"baseline": [None, m.pooled_dim]}
        _check_ports(
            ENCODER, self._encoder, {"waveform": [None, None], "lengths": [None], **baseline}, answers | pooled
        )
        _check_ports(HEAD, self._head, pooled | baseline, answers)

    def encode(self, waveforms: list[Floats]) -> Encoded:
        """Pooled features [b, D] of mono waveforms (float32 [n], -1..1, at the pack's rate), padded to one batch.

        Raises:
            PackError: The graph fails, or its output has NaNs or a wrong size.
        """
        lengths = np.array([len(w) for w in waveforms], dtype=np.int64)
        batch = np.zeros((len(waveforms), int(lengths.max())), dtype=np.float32)
        for row, waveform in zip(batch, waveforms, strict=True):
            row[: len(waveform)] = waveform
        no_baseline = np.zeros((len(waveforms), self.pooled_dim), dtype=np.float32)
        feed = {"waveform": batch, "lengths": lengths, "baseline": no_baseline}
        (pooled,) = _run(ENCODER, self._encoder, {"pooled": self.pooled_dim}, feed)
        return Encoded(pooled)

    def head(self, pooled: Floats, baseline: Floats) -> Headed:
        """Logits and embedding for pooled features [b, D] with the speaker's baseline [D] or [b, D]; zeros if the
        speaker is not known.

        Raises:
            PackError: The graph fails, or its output has NaNs or a wrong size.
        """
        feed = {
            "pooled": np.ascontiguousarray(pooled, dtype=np.float32),
            "baseline": np.ascontiguousarray(np.broadcast_to(baseline, pooled.shape), dtype=np.float32),
        }
        logits, embedding = _run(HEAD, self._head, self._answers, feed)
        return Headed(logits, embedding)


def _run(
    name: str, session: onnxruntime.InferenceSession, outputs: dict[str, int], feed: dict[str, Any]
) -> list[Floats]:
    """The outputs float32 [b, size], each of the size given; b is that of the feed."""
    try:
        results: list[Floats] = session.run(list(outputs), feed)
    except Exception as error:  # as above
        raise PackError(f"The pack's {name} failed ({first_line(error)}): install the pack again.") from None
    batch = len(feed["baseline"])
    for (output, size), result in zip(outputs.items(), results, strict=True):
        if result.shape != (batch, size):  # a graph's sizes may be known only when it runs
            raise PackError(f"{output} of {name} is tensor(float) {list(result.shape)}, not as pack.json says.")
    if not all(np.isfinite(r).all() for r in results):
        raise PackError(f"The pack's {name} gave what is not a number: ask whoever made the pack.")
    return results


def _check_ports(
    name: str,
    session: onnxruntime.InferenceSession,
    inputs: dict[str, list[int | None]],
    outputs: dict[str, list[int | None]],
) -> None:
    """Checks names, types and, if the graph fixes them, sizes of inputs or outputs; None stands for any size."""
    for ports, wanted in ((session.get_inputs(), inputs), (session.get_outputs(), outputs)):
        found = {port.name: port for port in ports}
        if set(found) != set(wanted):
            raise PackError(
                f"{name} has {sorted(found)} where {sorted(wanted)} is asked for: ask whoever made the pack."
            )
        for port_name, sizes in wanted.items():
            port = found[port_name]
            kind = "tensor(int64)" if port_name == "lengths" else "tensor(float)"
            fits = len(port.shape) == len(sizes) and all(
                asked is None or not isinstance(given, int) or asked == given
                for given, asked in zip(port.shape, sizes, strict=True)
            )
            if port.type != kind or not fits:
                raise PackError(f"{port_name} of {name} is {port.type} {port.shape}, not as pack.json says.")
