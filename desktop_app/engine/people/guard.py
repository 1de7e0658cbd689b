"""Compares voices: keeps other people's recordings out of a saved voice, and finds the saved voice of a recording.

It uses a speaker embedding of each recording that a voice has learnt from. These are biometric data: they are in the
user's store, are deleted with the voice or recording, and are never exported.
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
"""Seconds of a recording that are used; more would add little."""

FEWEST = 5
"""A voice needs at least so many recordings to be compared with others."""

HARDLY = -3.0
"""Log odds below which a recording is probably not of a voice ..."""
SURELY = 5.0
"""... and above which the voice may be suggested."""


class Guard:
    """Compares recordings with the voices in a store."""

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles
        self._encoder: SpeakerEncoder | None = None  # opened when first needed

    def sound_of(self, analysis: Analysis, should_stop: Callable[[], bool] | None = None) -> Floats | None:
        """The speaker embedding of a recording, float32 [DIM]; None if its file is gone or holds no speech."""
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
        """Whether the speaker embedding `sound`, float32 [DIM], is probably not of this voice; False if the voice has
        too few recordings to decide."""
        odds = self._odds(voice_id, sound)
        return odds is not None and odds < HARDLY

    def offered(self, sound: Floats | None, but: int | None = None) -> Profile | None:
        """The saved voice that has the speaker embedding `sound`, except the voice `but`; None if none clearly does."""
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
