"""What a voice sounds like: the GE2E speaker encoder, and the part of what it says that is the voice and not the mood.

Sources: Wan et al., "Generalized End-to-End Loss for Speaker Verification", ICASSP 2018, the weights of Resemblyzer
0.1.4 (Apache-2.0, assets/speakers/LICENSE), made into a graph by `trainer.results.speaker_encoder`; the projection is
`trainer.results.speaker_projection`'s.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import onnxruntime

from desktop_app import paths
from desktop_app.engine.onnx_session import open_session
from desktop_app.engine.sound.audio import SAMPLE_RATE, Waveform

NAME = "ge2e-1"
"""Embeddings of different encoders never meet."""

RAW_DIM = 256
DIM = 40

WINDOW = round(1.6 * SAMPLE_RATE) + 240
"""Samples that the encoder hears at once, 160 frames of 25 ms every 10 ms, as it was trained."""

LEVEL = 10 ** (-30 / 20)
"""RMS at which it hears speech, as it was trained."""

BATCH = 16

Floats = npt.NDArray[np.float32]


class SpeakerEncoder:
    """Runs the encoder on the CPU; any number of threads may run it at once.

    Attributes:
        between: float32 [DIM], how much speakers vary in each dimension where one speaker varies by 1.
    """

    def __init__(self, threads: int = 1, projection: Floats | None = None) -> None:
        """Opens the graph that ships with the app.

        Args:
            projection: float32 [RAW_DIM + 2, DIM], for measurements: one that never heard who speaks; None: the app's.
        """
        self._session = _graph(threads)
        if projection is None:
            projection = np.load(paths.assets() / "speakers" / "projection.npy", allow_pickle=False)
        self._matrix, self._offset, self.between = projection[:RAW_DIM], projection[RAW_DIM], projection[RAW_DIM + 1]

    def embed(self, windows: Sequence[Waveform]) -> Floats:
        """Embeddings, float32 [n, DIM], of windows float32 [WINDOW] each at 16 kHz and LEVEL."""
        return np.asarray(_run(self._session, windows) @ self._matrix + self._offset)


def projected_by_graph(windows: Sequence[Waveform]) -> Floats:
    """What the encoder itself says of windows, float32 [n, RAW_DIM]: what the projection is fitted to."""
    return _run(_graph(1), windows)


def _graph(threads: int) -> onnxruntime.InferenceSession:
    return open_session(paths.assets() / "speakers" / "ge2e.onnx", threads)


def _run(session: onnxruntime.InferenceSession, windows: Sequence[Waveform]) -> Floats:
    rows: list[Floats] = [np.zeros((0, RAW_DIM), np.float32)]
    for start in range(0, len(windows), BATCH):
        rows += session.run(["projected"], {"waveform": np.stack(windows[start : start + BATCH])})
    return np.concatenate(rows)
