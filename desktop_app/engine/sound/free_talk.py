"""A minute of free talk, as it is spoken: the sound so far, and how much of it is speech."""

import numpy as np
import numpy.typing as npt

from desktop_app.engine.sound.audio import Waveform, to_mono_at
from desktop_app.engine.sound.speech import CHUNK_S, SPEECH, SpeechDetector
from desktop_app.engine.sound.steady import HighPass, gain, loudest_power


class FreeTalk:
    """Held in memory alone: who lets it go has kept nothing."""

    def __init__(self) -> None:
        self._detector = SpeechDetector()
        self._high_pass = HighPass()
        self._loudest = 0.0  # mean square of the loudest tenth of a second
        self._blocks: list[Waveform] = []
        self._speech_s = 0.0

    def feed(self, samples: npt.NDArray[np.float32], sample_rate: int) -> float:
        """More sound, float32 [n] or [n, channels] at `sample_rate` Hz; the seconds of speech so far."""
        block = to_mono_at(samples, sample_rate)
        self._blocks.append(block)
        heard = self._high_pass.feed(block)
        if len(heard):
            self._loudest = max(self._loudest, loudest_power(heard))
            self._speech_s += CHUNK_S * int((self._detector.feed(heard * gain(self._loudest)) >= SPEECH).sum())
        return self._speech_s

    def samples(self) -> Waveform:
        """All of it, float32 [n] mono at the encoder's rate."""
        return np.concatenate(self._blocks) if self._blocks else np.zeros(0, np.float32)
