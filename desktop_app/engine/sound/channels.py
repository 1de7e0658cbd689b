"""From several channels to one, without adding them up: at each moment the channel that hears the voice best.

Adding two microphones that hear one voice at different times makes a comb of its spectrum, two in opposite phase leave
nothing, and a silent one adds its hiss. So one channel is taken, the one with the most between its speech and its
noise; where two talk in turn, each into a channel of his own, the other one for as long as it is the one that speaks.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Frames = npt.NDArray[np.float32]
Levels = npt.NDArray[np.float64]

WINDOW_S = 10.0
"""Looked at together, and held in memory until then ..."""
WINDOW_SAMPLES = 8_000_000
"""... but over all channels no more than this."""

FRAME_S = 0.02
FADE_S = 0.02
TURN_FRAMES = 10
"""A turn begins and ends at a multiple of 0.2 s."""

QUIETEST_DB = -90.0
SPEECH_SHARE, NOISE_SHARE = 0.95, 0.1
"""Of a channel's moments this share is quieter than what counts as its speech, and as its noise."""
LEAST_RANGE_DB = 10.0
"""Less between the two: the channel holds no voice but noise."""
FAR_DB = 40.0
"""Quieter than the loudest channel by more than this: what is heard in it is not meant."""
CLEARER_DB = 3.0
"""By so much must another channel be clearer before it takes the place of the one listened to."""
TURN_DB = 9.0
"""So much louder, each against its own speech, is the channel of the one whose turn it is."""
NEAR_SPEECH_DB = 20.0
"""And no further than this under its own speech."""

ALIKE = 0.9
"""Correlation from which two channels hold the same sound."""


@dataclass(frozen=True, eq=False)
class ChannelTurns:
    """Which channel was heard when, of a recording whose channels hold different voices.

    Attributes:
        turn_s: How long a turn lasts, about 0.2 s.
        channels: int64 [n], the channel of each turn, counted from 0.
    """

    turn_s: float
    channels: npt.NDArray[np.int64]

    def at(self, times_s: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """The channel heard at each of these times [m], in seconds from the start."""
        turns = np.clip((times_s / self.turn_s).astype(np.int64), 0, len(self.channels) - 1)
        return self.channels[turns]


@dataclass
class _Seen:
    """What was met in the recording so far."""

    opposite: bool = False
    turns: bool = False
    differing: bool = False


class ClearestChannel:
    """Takes blocks of several channels and gives one, a window later; one for each recording."""

    def __init__(self, channels: int, sample_rate: int) -> None:
        self._frame = max(1, round(FRAME_S * sample_rate))
        self._fade = np.linspace(0, 1, max(1, round(FADE_S * sample_rate)), dtype=np.float32)
        frames = min(round(WINDOW_S * sample_rate), WINDOW_SAMPLES // channels)
        self._window = max(1, frames // (self._frame * TURN_FRAMES)) * self._frame * TURN_FRAMES
        self._channels = channels
        self._turn_s = self._frame * TURN_FRAMES / sample_rate
        self._turns: list[int] = []
        self._pending: list[Frames] = []
        self._held = 0
        self._current: int | None = None
        self._seen = _Seen()

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences on what was chosen so far, for people; none where the channels hold the same sound."""
        if self._current is None:
            return ()
        number = self._current + 1
        if self._seen.turns:
            return (f"It has {self._channels} channels with different voices; each was heard while it spoke.",)
        if self._seen.opposite:
            return (f"Its channels are in opposite phase and would cancel each other; channel {number} was heard.",)
        if self._seen.differing:
            return (f"It has {self._channels} channels that differ; channel {number}, the clearest, was heard.",)
        return ()

    @property
    def turns(self) -> ChannelTurns | None:
        """Which channel was heard when; None where the voices so far are not parted by channels."""
        return ChannelTurns(self._turn_s, np.array(self._turns, np.int64)) if self._seen.turns else None

    def feed(self, block: Frames) -> Frames:
        """More of [n, channels]; the mono samples [m] that are decided by now."""
        if self._channels == 1:
            return np.ascontiguousarray(block[:, 0])
        self._pending.append(block)
        self._held += len(block)
        if self._held < self._window:
            return np.zeros(0, np.float32)
        joined = np.concatenate(self._pending)
        whole = self._held // self._window * self._window
        parts = [self._chosen(joined[start : start + self._window]) for start in range(0, whole, self._window)]
        self._pending, self._held = [joined[whole:].copy()], self._held - whole
        return np.concatenate(parts)

    def finish(self) -> Frames:
        """The rest."""
        if not self._held:
            return np.zeros(0, np.float32)
        rest = self._chosen(np.concatenate(self._pending))
        self._pending, self._held = [], 0
        return rest

    def _chosen(self, window: Frames) -> Frames:
        if all(np.array_equal(window[:, 0], window[:, c]) for c in range(1, self._channels)):
            self._current = self._current or 0
            self._turns += [self._current] * -(-len(window) // (self._frame * TURN_FRAMES))
            return np.ascontiguousarray(window[:, self._current])
        levels = _levels(window, self._frame)
        by_level = np.sort(levels, axis=0)
        speech, noise = (by_level[round(share * (len(levels) - 1))] for share in (SPEECH_SHARE, NOISE_SHARE))
        clarity = speech - noise
        voices = (clarity >= LEAST_RANGE_DB) & (speech >= speech.max() - FAR_DB)
        if not voices.any():
            clarity, voices = speech, speech >= speech.max()
        best = int(np.where(voices, clarity, -np.inf).argmax())
        current = self._current
        if current is None or not voices[current] or clarity[best] > clarity[current] + CLEARER_DB:
            current = best
        turns = _turns(levels, speech, noise, voices, current)
        self._note(window, turns)
        self._turns += turns
        mixed = _joined(window, turns, self._current, self._frame * TURN_FRAMES, self._fade)
        self._current = turns[-1]
        return mixed

    def _note(self, window: Frames, turns: list[int]) -> None:
        self._seen.turns |= len(set(turns)) > 1
        heard = window[:, turns[-1]].astype(np.float64)
        for channel in range(self._channels):
            other = window[:, channel].astype(np.float64)
            power = np.sqrt(np.dot(heard, heard) * np.dot(other, other))
            likeness = float(np.dot(heard, other) / power) if power > 0 else 0.0
            self._seen.opposite |= likeness < -ALIKE
            self._seen.differing |= likeness < ALIKE


def clearest_channel(samples: Frames, sample_rate: int) -> Frames:
    """All of [n, channels] as mono [n]."""
    clearest = ClearestChannel(samples.shape[1], sample_rate)
    return np.concatenate([clearest.feed(samples), clearest.finish()])


def _levels(window: Frames, frame: int) -> Levels:
    """dB of each frame of each channel [frames, channels], its mean taken off; the last one may be shorter."""
    whole = len(window) // frame * frame
    power = window[:whole].reshape(-1, frame, window.shape[1]).var(axis=1, dtype=np.float64)
    if whole < len(window):
        power = np.concatenate([power, window[whole:].var(axis=0, dtype=np.float64)[None]])
    return np.asarray(np.maximum(10 * np.log10(power + 1e-12), QUIETEST_DB))


def _turns(levels: Levels, speech: Levels, noise: Levels, voices: npt.NDArray[np.bool_], current: int) -> list[int]:
    """The channel to hear in each TURN_FRAMES frames."""
    turns = []
    for start in range(0, len(levels), TURN_FRAMES):
        loud = levels[start : start + TURN_FRAMES].max(axis=0)
        under = loud - speech
        speaks = voices & (under >= -NEAR_SPEECH_DB) & (loud >= noise + LEAST_RANGE_DB)
        under = np.where(speaks, under, -np.inf)
        loudest = int(under.argmax())
        if under[loudest] >= loud[current] - speech[current] + TURN_DB:
            current = loudest
        turns.append(current)
    return turns


def _joined(window: Frames, turns: list[int], before: int | None, size: int, fade: Frames) -> Frames:
    """The channels of the turns, `size` samples each, one fading into the other."""
    mixed = np.empty(len(window), np.float32)
    for i, channel in enumerate(turns):
        part = slice(i * size, min((i + 1) * size, len(window)))
        mixed[part] = window[part, channel]
        if before is not None and before != channel:
            faded = window[part][: len(fade)]
            share = fade[: len(faded)]
            mixed[i * size : i * size + len(faded)] = share * faded[:, channel] + (1 - share) * faded[:, before]
        before = channel
    return mixed
