"""From sound to turns: speech in windows, windows clustered by speaker, and who speaks from when to when."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.engine.sound.audio import Waveform
from desktop_app.engine.sound.channels import ChannelTurns
from desktop_app.engine.sound.speech import CHUNK, SpeechDetector
from desktop_app.engine.speakers.clustering import cluster
from desktop_app.engine.speakers.encoder import SpeakerEncoder
from desktop_app.engine.speakers.windows import SpeechWindows, WindowCollector
from desktop_app.errors import Cancelled

BRIDGED_S = 0.5
"""A pause no longer than this is part of a speaker's turn."""

LEAST_SHARE = 0.05
"""A channel with less of the speech than this is nobody's: a knock, or the other line through it."""

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Turn:
    """One who speaks from when to when, seconds from the recording's start; `speaker` counts from 0."""

    start_s: float
    end_s: float
    speaker: int


@dataclass(frozen=True, eq=False)
class WhoSpeaks:
    """Who speaks when in a recording.

    Attributes:
        turns: In order, without overlap.
        embeddings: float32 [speakers, DIM]: what each of them sounds like, in the order of first words.
        by_channel: They were told apart by the recording's channels, one of them in each.
    """

    turns: tuple[Turn, ...]
    embeddings: Floats
    by_channel: bool = False

    @property
    def speakers(self) -> int:
        """How many."""
        return len(self.embeddings)

    def at(self, start_s: float, end_s: float) -> int:
        """Who speaks most of the time from start_s to end_s; who speaks nearest where nobody does."""
        heard = [max(0.0, min(end_s, t.end_s) - max(start_s, t.start_s)) for t in self.turns]
        if any(heard):
            seconds = np.bincount([t.speaker for t in self.turns], weights=heard)
            return int(seconds.argmax())
        middle = (start_s + end_s) / 2
        nearest = min(self.turns, key=lambda t: max(t.start_s - middle, middle - t.end_s))
        return nearest.speaker

    def later(self, by_s: float) -> "WhoSpeaks":
        """The same, heard in a recording that begins by_s seconds earlier."""
        turns = tuple(Turn(t.start_s + by_s, t.end_s + by_s, t.speaker) for t in self.turns)
        return WhoSpeaks(turns, self.embeddings, self.by_channel)

    def changes_s(self) -> list[float]:
        """When another one begins to speak."""
        return [b.start_s for a, b in zip(self.turns, self.turns[1:], strict=False) if a.speaker != b.speaker]


@dataclass(frozen=True, eq=False)
class Listened:
    """What a first way through a recording gives: the probability of speech [n] of each 32 ms, and its windows."""

    probabilities: Floats
    windows: SpeechWindows


def listen(
    blocks: Iterable[Waveform],
    detector: SpeechDetector,
    encoder: SpeakerEncoder,
    should_stop: Callable[[], bool] | None = None,
) -> Listened:
    """Hears all speech of a stream of 16 kHz samples in the memory of its features.

    Raises:
        Cancelled: `should_stop` returned True; it is asked for each block.
    """
    detector.reset()
    collector = WindowCollector(encoder)
    probabilities: list[Floats] = []
    waiting = np.zeros(0, np.float32)

    def take(samples: Waveform, heard: Floats) -> Waveform:
        probabilities.append(heard)
        for i, probability in enumerate(heard.tolist()):
            collector.add(samples[i * CHUNK : (i + 1) * CHUNK], probability)
        return samples[len(heard) * CHUNK :]

    for block in blocks:
        if should_stop is not None and should_stop():
            raise Cancelled
        waiting = take(np.concatenate([waiting, block]), detector.feed(block))
    take(np.concatenate([waiting, np.zeros(-len(waiting) % CHUNK, np.float32)]), detector.finish())
    return Listened(np.concatenate(probabilities), collector.finish())


def who_speaks(
    windows: SpeechWindows,
    speakers: int | None = None,
    channels: ChannelTurns | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> WhoSpeaks | None:
    """Who speaks when; None where no speech was found.

    Args:
        speakers: How many, 1 to MOST_SPEAKERS of `clustering`; None: to be found.
        channels: Which channel was heard when, of a recording whose channels hold different voices: those are the
            speakers, unless another number is asked for.
    """
    if not len(windows.centres):
        return None
    of_channels = None if channels is None else _by_channel(channels.at(windows.centres), speakers)
    labels = cluster(windows, speakers, should_stop) if of_channels is None else of_channels
    _, first, labels = np.unique(labels, return_index=True, return_inverse=True)
    labels = np.argsort(np.argsort(first))[labels]  # in the order of first words
    means = np.stack([windows.embeddings[labels == i].mean(axis=0) for i in range(len(first))])
    return WhoSpeaks(tuple(_turns(windows, labels)), means, of_channels is not None)


def _by_channel(channel_of: Labels, speakers: int | None) -> Labels | None:
    """The channel of each window as its speaker; None where the channels are not the speakers."""
    counts = np.bincount(channel_of)
    held = np.flatnonzero(counts >= LEAST_SHARE * len(channel_of))
    if len(held) < 2 or len(held) != (speakers or len(held)):
        return None
    return np.where(np.isin(channel_of, held), channel_of, counts.argmax())


def _turns(windows: SpeechWindows, labels: npt.NDArray[np.int64]) -> Sequence[Turn]:
    """The windows' speakers as turns: a change within a stretch lies halfway between two windows."""
    turns: list[Turn] = []
    for number, (start, end) in enumerate(windows.stretches.tolist()):
        inside = np.flatnonzero(windows.stretch_of == number)
        if not len(inside):
            continue
        centres = windows.centres[inside]
        edges = [start, *((centres[1:] + centres[:-1]) / 2).tolist(), end]
        for speaker, begin, stop in zip(labels[inside].tolist(), edges, edges[1:], strict=False):
            before = turns[-1] if turns else None
            if before is not None and before.speaker == speaker and begin - before.end_s <= BRIDGED_S:
                turns[-1] = Turn(before.start_s, stop, speaker)
            else:
                turns.append(Turn(begin, stop, speaker))
    return turns
