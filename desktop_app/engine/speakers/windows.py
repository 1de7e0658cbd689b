"""Windows of speech out of a stream, none over a pause, and their embeddings: no sound is kept."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.engine.sound.audio import SAMPLE_RATE, Waveform
from desktop_app.engine.sound.segmentation import STILL_SPEECH
from desktop_app.engine.sound.speech import CHUNK_S, SPEECH
from desktop_app.engine.speakers.encoder import BATCH, DIM, LEVEL, WINDOW, SpeakerEncoder

HOP_S = 0.8
PAUSE_S = 0.2
"""A pause this long parts two stretches: most changes of speaker lie in one."""
SHORTEST_S = 0.2
LONGEST_S = 30.0
"""A stretch is looked at when it ends, and no more of it than this is held."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class SpeechWindows:
    """What a recording's speech sounds like.

    Attributes:
        stretches: float64 [m, 2], start and end of each stretch of speech, in seconds.
        centres: float64 [n], the middle of each window, in seconds, rising.
        stretch_of: int64 [n], the stretch that each window lies in.
        embeddings: float32 [n, DIM].
        between: float32 [DIM], see `SpeakerEncoder`.
    """

    stretches: npt.NDArray[np.float64]
    centres: npt.NDArray[np.float64]
    stretch_of: npt.NDArray[np.int64]
    embeddings: Floats
    between: Floats


class WindowCollector:
    """Takes a recording's chunks of 32 ms one by one."""

    def __init__(self, encoder: SpeakerEncoder) -> None:
        self._encoder = encoder
        self._position = 0  # chunks seen
        self._open: list[Waveform] = []
        self._last_speech = 0  # index in _open, one past the last chunk of speech
        self._stretches: list[tuple[float, float]] = []
        self._centres: list[float] = []
        self._stretch_of: list[int] = []
        self._waiting: list[Waveform] = []
        self._embeddings: list[Floats] = [np.zeros((0, DIM), np.float32)]

    def add(self, chunk: Waveform, probability: float) -> None:
        """The next chunk [512] and how surely it is speech."""
        self._position += 1
        if not self._open and probability < SPEECH:
            return
        self._open.append(chunk)
        if probability >= STILL_SPEECH:
            self._last_speech = len(self._open)
        pause = len(self._open) - self._last_speech
        if pause * CHUNK_S >= PAUSE_S or len(self._open) * CHUNK_S >= LONGEST_S:
            self._close()

    def finish(self) -> SpeechWindows:
        """All of the recording."""
        self._close()
        self._embed()
        return SpeechWindows(
            np.array(self._stretches, np.float64).reshape(-1, 2),
            np.array(self._centres, np.float64),
            np.array(self._stretch_of, np.int64),
            np.concatenate(self._embeddings),
            self._encoder.between,
        )

    def _close(self) -> None:
        length, first = self._last_speech, self._position - len(self._open)
        if length * CHUNK_S >= SHORTEST_S:
            samples = np.concatenate(self._open[:length])
            starts, windows = windows_of(samples)
            self._centres += [first * CHUNK_S + (s + min(WINDOW, len(samples)) / 2) / SAMPLE_RATE for s in starts]
            self._stretch_of += [len(self._stretches)] * len(starts)
            self._stretches.append((first * CHUNK_S, (first + length) * CHUNK_S))
            self._waiting += windows
            if len(self._waiting) >= BATCH:
                self._embed()
        self._open, self._last_speech = [], 0

    def _embed(self) -> None:
        self._embeddings.append(self._encoder.embed(self._waiting))
        self._waiting = []


def windows_of(samples: Waveform, hop_s: float = HOP_S) -> tuple[list[int], list[Waveform]]:
    """Where the windows of a stretch [n] begin, evenly from start to end, and the windows at the encoder's level.

    A stretch shorter than a window is repeated until it fills one.
    """
    samples = samples * np.float32(LEVEL / (np.sqrt(np.square(samples, dtype=np.float64).mean()) + 1e-6))
    if len(samples) <= WINDOW:
        return [0], [np.tile(samples, -(-WINDOW // len(samples)))[:WINDOW]]
    room = len(samples) - WINDOW
    starts = np.linspace(0, room, 1 + max(1, round(room / (hop_s * SAMPLE_RATE)))).astype(int).tolist()
    return starts, [samples[start : start + WINDOW] for start in starts]
