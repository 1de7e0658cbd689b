"""Makes conversations out of a corpus's clips, with who speaks when in which mood: `speakers` is measured on them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soundfile

from trainer.data.corpora import Utterance

SAMPLE_RATE = 16_000
ROOMS = ((0.0, 0.0), (0.2, 0.0), (0.5, -6.0))
"""(reverberation time in s, dB of the direct sound against the rest): a headset; 0.7 m away in a small furnished room;
1.2 m away in a bare one."""

TURN_S = (1.0, 8.0)
PAUSE_IN_TURN_S = (0.05, 0.25)
PAUSE_S = (0.1, 0.8)
OVERLAP_S = (0.2, 0.8)
GAINS_DB = (-4.0, 4.0)
CLIP_RMS = 0.06
NOISE_RMS = 0.0006
FAINT = 0.05
"""What is under this share of a clip's loudest 25 ms is silence: cut off at its ends, and within it made no longer than
PAUSE_IN_CLIP_S, so that all of a turn is speech to whoever counts pauses of half a second as speech."""
PAUSE_IN_CLIP_S = 0.3

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class SpokenTurn:
    """Who speaks from when to when, seconds from the start, in which mood; `speaker` counts from 0."""

    start_s: float
    end_s: float
    speaker: int
    label: str


@dataclass(frozen=True, eq=False)
class Conversation:
    """float32 [n] at 16 kHz, the turns in order, and the speakers' names in the corpus."""

    samples: Samples
    turns: tuple[SpokenTurn, ...]
    speakers: tuple[str, ...]


def clips_of_speakers(
    utterances: Iterable[Utterance], labels: Sequence[str], at_least: int = 12
) -> dict[str, list[Utterance]]:
    """Speaker -> its clips with one of `labels`, for speakers with at least so many."""
    clips: dict[str, list[Utterance]] = defaultdict(list)
    for utterance in utterances:
        if utterance.label in labels:
            clips[utterance.speaker_key].append(utterance)
    return {speaker: clips[speaker] for speaker in sorted(clips) if len(clips[speaker]) >= at_least}


def conversation(
    clips: Mapping[str, Sequence[Utterance]], speakers: int, seconds: float, seed: int, overlaps: float = 0.15
) -> Conversation:
    """One conversation, the same for the same arguments.

    Args:
        clips: Speaker -> clips, see `clips_of_speakers`.
        speakers: How many of them talk.
        seed: Also chooses the room.
        overlaps: The share of turns that begin before the one before has ended.
    """
    rng = np.random.default_rng(seed)
    names = tuple(str(name) for name in rng.choice(sorted(clips), speakers, replace=False))
    gains = 10 ** (rng.uniform(*GAINS_DB, speakers) / 20)
    rooms = [_room(rng, *ROOMS[seed % len(ROOMS)]) for _ in names]
    length = round(seconds * SAMPLE_RATE)
    mixed = rng.normal(0, NOISE_RMS, length).astype(np.float32)
    turns: list[SpokenTurn] = []
    at, who = round(0.5 * SAMPLE_RATE), -1
    while at < length - SAMPLE_RATE:
        who = int(rng.choice([i for i in range(speakers) if i != who or speakers == 1]))
        spoken, label = _turn(rng, clips[names[who]], round(rng.uniform(*TURN_S) * SAMPLE_RATE))
        spoken = spoken[: length - at]
        turns.append(SpokenTurn(at / SAMPLE_RATE, (at + len(spoken)) / SAMPLE_RATE, who, label))
        heard = _in_room(spoken * gains[who], rooms[who])[: length - at]
        mixed[at : at + len(heard)] += heard
        overlapping = speakers > 1 and rng.random() < overlaps
        pause = -rng.uniform(*OVERLAP_S) if overlapping else rng.uniform(*PAUSE_S)
        at += len(spoken) + round(pause * SAMPLE_RATE)
    return Conversation(mixed, tuple(turns), names)


def spoken_clip(utterance: Utterance) -> Samples:
    """The clip's sound, float32 [n], without silence at its ends and long pauses, at CLIP_RMS."""
    samples, rate = soundfile.read(utterance.path, dtype="float32", always_2d=True)
    assert rate == SAMPLE_RATE
    mono: Samples = samples.mean(axis=1)
    level = np.sqrt(np.convolve(np.square(mono), np.full(400, 1 / 400), "same"))
    loud = np.flatnonzero(level > level.max() * FAINT)
    gaps = np.diff(loud)
    kept = np.zeros(len(mono), bool)
    kept[loud] = True
    for start, gap in zip(loud, gaps, strict=False):
        kept[start : start + min(gap, round(PAUSE_IN_CLIP_S * SAMPLE_RATE))] = True
    mono = mono[kept]
    return mono * np.float32(CLIP_RMS / np.sqrt(np.square(mono).mean() + 1e-12))


def _turn(rng: np.random.Generator, clips: Sequence[Utterance], length: int) -> tuple[Samples, str]:
    """At least `length` of a speaker's clips in one mood, cut off at `length`, and the mood."""
    label = str(rng.choice(sorted({clip.label for clip in clips})))
    of_mood = [clip for clip in clips if clip.label == label]
    parts: list[Samples] = []
    while sum(map(len, parts)) < length:
        if parts:
            parts.append(np.zeros(round(rng.uniform(*PAUSE_IN_TURN_S) * SAMPLE_RATE), np.float32))
        parts.append(spoken_clip(of_mood[int(rng.integers(len(of_mood)))]))
    return np.concatenate(parts)[:length], label


def _room(rng: np.random.Generator, reverberation_s: float, direct_db: float) -> Samples | None:
    """An impulse response of energy 1: the direct sound before noise that dies away; None: no room."""
    if not reverberation_s:
        return None
    times = np.arange(round(reverberation_s * SAMPLE_RATE)) / SAMPLE_RATE
    response = rng.standard_normal(len(times)) * np.exp(-6.9 * times / reverberation_s)
    response[0] = np.sqrt(np.square(response[1:]).sum()) * 10 ** (direct_db / 20)
    return (response / np.sqrt(np.square(response).sum())).astype(np.float32)


def _in_room(samples: Samples, room: Samples | None) -> Samples:
    if room is None:
        return samples.astype(np.float32)
    size = 1 << (len(samples) + len(room) - 1).bit_length()
    spectrum = np.fft.rfft(samples, size) * np.fft.rfft(room, size)
    return np.fft.irfft(spectrum, size)[: len(samples) + len(room) - 1].astype(np.float32)
