"""Where there is speech: Silero's voice-activity detector, a probability for every 32 ms.

Source: silero-vad 6.2.3 (MIT, assets/vad/LICENSE), the 16 kHz model that takes a sequence of chunks in one call.
"""

import numpy as np
import numpy.typing as npt

from desktop_app import paths
from desktop_app.engine.onnx_session import open_session
from desktop_app.engine.sound.audio import SAMPLE_RATE, Waveform

CHUNK = 512
CHUNK_S = CHUNK / SAMPLE_RATE  # 32 ms
CONTEXT = 64  # samples of the chunk before, which the model wants in front of each chunk
STATE = (1, 1, 128)

SETTLING = 32
"""Chunks of silence that are as good as heard before a recording begins: without them the model hears the first sound
late. Of 480 clips of six corpora, cut to their speech, 2.7 % have less than 0.35 s of speech without, 0.8 % with."""

SPEECH = 0.5
"""The probability from which a chunk is speech, as its authors set it."""

Probabilities = npt.NDArray[np.float32]


class SpeechDetector:
    """Hears speech in a stream of 16 kHz samples; what it heard so far is its state."""

    def __init__(self, threads: int = 1) -> None:
        """Opens the model that ships with the app.

        Args:
            threads: Of one call; a second gains where many chunks come at once, as those of a clip do.
        """
        self._session = open_session(paths.assets() / "vad" / "silero_vad_16k_sequence.onnx", threads)
        self._settled = (np.zeros(STATE, np.float32), np.zeros(STATE, np.float32))
        self.reset()
        self.feed(np.zeros(SETTLING * CHUNK, np.float32))
        self._settled = (self._h, self._c)
        self.reset()

    def reset(self) -> None:
        """Forgets what was heard: the next block is the start of another recording."""
        self._h, self._c = self._settled
        self._context = np.zeros(CONTEXT, np.float32)
        self._pending = np.zeros(0, np.float32)
        self._silent = False

    def probabilities(self, samples: Waveform) -> Probabilities:
        """Speech probability [ceil(n / 512)] of a whole recording [n], whatever was heard before."""
        self.reset()
        probabilities = np.concatenate([self.feed(samples), self.finish()])
        self.reset()
        return probabilities

    def feed(self, block: Waveform) -> Probabilities:
        """Speech probability of each chunk that `block` [n] completes; what is left over waits for the next block."""
        samples = np.concatenate([self._pending, block]) if len(self._pending) else block
        whole = len(samples) // CHUNK * CHUNK
        self._pending = samples[whole:].copy()
        if not whole:
            return np.zeros(0, np.float32)
        chunks = samples[:whole].reshape(-1, CHUNK)
        was_silent, self._silent = self._silent, not chunks.any()
        if was_silent and self._silent:  # digital silence after the same: hours of it need no model
            return np.zeros(len(chunks), np.float32)
        ends = np.concatenate([self._context[None], chunks[:-1, -CONTEXT:]])
        self._context = chunks[-1, -CONTEXT:].copy()
        feed = {"input": np.concatenate([ends, chunks], axis=1), "h": self._h, "c": self._c}
        probabilities: Probabilities
        probabilities, self._h, self._c = self._session.run(["speech_probs", "hn", "cn"], feed)
        return probabilities

    def finish(self) -> Probabilities:
        """The probability [0 or 1] of the chunk that the end cut short, filled up with silence."""
        missing = -len(self._pending) % CHUNK
        return self.feed(np.zeros(missing, np.float32))
