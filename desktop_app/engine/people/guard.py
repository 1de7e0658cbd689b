"""Whose voice it is: keeps a recording of someone else out of a saved voice, and offers the voice that one sounds like.

What it rests on, a speaker embedding of each recording that a voice has learnt from, is a biometric: it lies in the
user's store beside what the voice has learnt, goes when that goes, and is in no file that is exported.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.engine.people.profiles import Profile, Profiles
from desktop_app.engine.recognition.recogniser import Analysis
from desktop_app.engine.sound.audio import load_audio
from desktop_app.engine.sound.speech import SpeechDetector
from desktop_app.engine.sound.steady import levelled
from desktop_app.engine.speakers.encoder import SpeakerEncoder
from desktop_app.engine.speakers.likeness import log_odds
from desktop_app.engine.speakers.turns import listen
from desktop_app.errors import AudioError

Floats = npt.NDArray[np.float32]

LISTENED_S = 20.0
"""More says hardly more of who speaks."""

FEWEST = 5
"""Recordings of a voice from which on it is told from others."""

HARDLY = -3.0
"""Log odds under which a recording is hardly of a voice ..."""
SURELY = 5.0
"""... and over which it may be offered."""


class Guard:
    """Tells a store's voices apart."""

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles
        self._encoder: SpeakerEncoder | None = None  # opened when first asked for

    def sound_of(self, analysis: Analysis, should_stop: Callable[[], bool] | None = None) -> Floats | None:
        """The speaker embedding of a recording, float32 [DIM]; None where its file has gone, or holds no speech."""
        if not analysis.path:
            return None
        end_s = min(analysis.duration_s, analysis.start_s + LISTENED_S)
        try:
            audio = load_audio(Path(analysis.path), channel=analysis.channel, start_s=analysis.start_s, end_s=end_s)
        except AudioError:
            return None
        sound = levelled(audio.samples, len(audio.samples)).samples
        windows = listen([sound], SpeechDetector(), self._ears(), should_stop).windows
        return windows.embeddings.mean(axis=0) if len(windows.embeddings) else None

    def hardly(self, voice_id: int, sound: Floats | None) -> bool:
        """Whether a recording that sounds so, float32 [DIM], is hardly of a voice that is known well enough to tell."""
        odds = self._odds(voice_id, sound)
        return odds is not None and odds < HARDLY

    def offered(self, sound: Floats | None, but: int | None = None) -> Profile | None:
        """The saved voice that sounds so, other than `but`; None where none surely does."""
        odds = {p: self._odds(p.id, sound) for p in self._profiles.all() if p.id != but}
        likely = {p: one for p, one in odds.items() if one is not None and one > SURELY}
        return max(likely, key=lambda p: likely[p]) if likely else None

    def _odds(self, voice_id: int, sound: Floats | None) -> float | None:
        if sound is None:
            return None
        known = self._profiles.sounds(voice_id)
        return log_odds(sound, known, self._ears().between) if len(known) >= FEWEST else None

    def _ears(self) -> SpeakerEncoder:
        if self._encoder is None:
            self._encoder = SpeakerEncoder()
        return self._encoder
