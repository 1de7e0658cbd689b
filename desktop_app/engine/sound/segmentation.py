"""A long recording in pieces: speech cut at its pauses, each piece short enough for the encoder. Constant memory."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from desktop_app.engine.sound.audio import SAMPLE_RATE, Waveform
from desktop_app.engine.sound.borders import FRAME, voiced
from desktop_app.engine.sound.speech import CHUNK, CHUNK_S, SPEECH

STILL_SPEECH = 0.35
"""The probability above which speech that has begun goes on (Silero's own hysteresis: 0.15 below its threshold)."""

PAUSE_S = 0.4
"""A pause this long ends a piece."""

SHORT_PIECE_S = 1.0
LONG_PAUSE_S = 0.8
"""A piece under SHORT_PIECE_S waits for a pause this long: a word alone tells little of a mood."""

MIN_SPEECH_S = 0.2
"""Less than this is a click or a cough."""

MARGIN_S = 0.064
"""Sound kept before and after a piece, as a clip has it that was cut by hand: of 320 clips of four corpora, joined with
pauses of a second, 97.2 % keep the label that they have alone with 0.064 s, 96.3 % with 0.032, 96.9 % with 0.096."""


def _chunks(seconds: float) -> int:
    return round(seconds / CHUNK_S)


@dataclass(frozen=True)
class Piece:
    """A stretch of speech.

    Attributes:
        start_s, end_s: Where it is heard, in seconds from the recording's start, see `engine.borders`.
        samples: float32 [n] at 16 kHz: the stretch with its margins, at most max_seconds in all.
    """

    start_s: float
    end_s: float
    samples: Waveform


class Detector(Protocol):
    """What hears speech in a stream, see `SpeechDetector`."""

    def reset(self) -> None: ...

    def feed(self, block: Waveform) -> npt.NDArray[np.float32]: ...

    def finish(self) -> npt.NDArray[np.float32]: ...


class HeardBefore:
    """A detector that says again what was heard of the same samples before, a probability for each chunk of 32 ms."""

    def __init__(self, probabilities: npt.NDArray[np.float32]) -> None:
        self._probabilities = probabilities
        self.reset()

    def reset(self) -> None:
        self._samples = self._chunks = 0

    def feed(self, block: Waveform) -> npt.NDArray[np.float32]:
        self._samples += len(block)
        start, self._chunks = self._chunks, self._samples // CHUNK
        return self._probabilities[start : self._chunks]

    def finish(self) -> npt.NDArray[np.float32]:
        return self._probabilities[self._chunks : -(-self._samples // CHUNK)]


class Segmenter:
    """Cuts a stream of 16 kHz samples into pieces of speech.

    Attributes:
        speech_chunks: Chunks of 32 ms with speech so far.
        speech_peak: The highest speech probability so far.
    """

    def __init__(self, detector: Detector, max_seconds: float, cuts_s: Iterable[float] = ()) -> None:
        """Starts a recording; `detector` is reset and belongs to this segmenter until `finish`.

        Args:
            cuts_s: Where a piece ends in any case, in seconds: another one begins to speak.
        """
        self._detector = detector
        self._cuts = {_chunks(at) for at in cuts_s}
        detector.reset()
        self._margin = _chunks(MARGIN_S)
        self._longest = int(max_seconds / CHUNK_S) - 2 * self._margin  # chunks between the margins
        self._waiting = np.zeros(0, np.float32)  # samples that the detector has not judged yet
        self._before: deque[Waveform] = deque(maxlen=_chunks(PAUSE_S))
        self._reached = 0  # samples up to the end of the last piece
        self._held: list[Waveform] = []  # the open piece, a chunk each, from its first chunk of speech on
        self._probabilities: list[float] = []  # of the chunks held
        self._last_speech = 0  # index in _held, one past the last chunk of speech
        self._position = 0  # chunks seen
        self.speech_chunks = 0
        self.speech_peak = 0.0

    def feed(self, block: Waveform) -> Iterator[Piece]:
        """The pieces that end within `block` [n]."""
        yield from self._judge(np.concatenate([self._waiting, block]), self._detector.feed(block))

    def finish(self) -> Iterator[Piece]:
        """The piece that the recording's end cuts off, if one is open."""
        padded = np.concatenate([self._waiting, np.zeros(-len(self._waiting) % CHUNK, np.float32)])
        yield from self._judge(padded, self._detector.finish())
        if self._held:
            yield from self._close()

    def _judge(self, samples: Waveform, probabilities: npt.NDArray[np.float32]) -> Iterator[Piece]:
        for i, probability in enumerate(probabilities.tolist()):
            yield from self._step(samples[i * CHUNK : (i + 1) * CHUNK], probability)
        self._waiting = samples[len(probabilities) * CHUNK :].copy()

    def _step(self, chunk: Waveform, probability: float) -> Iterator[Piece]:
        if self._position in self._cuts:
            if self._held:
                yield from self._close()
            self._reached = max(self._reached, self._position * CHUNK)  # what was before is the other one's
        self._position += 1
        self.speech_peak = max(self.speech_peak, probability)
        self.speech_chunks += probability >= SPEECH
        if not self._held and probability < SPEECH:
            self._before.append(chunk)
            return
        self._held.append(chunk)
        self._probabilities.append(probability)
        if probability >= STILL_SPEECH:
            self._last_speech = len(self._held)
        pause = len(self._held) - self._last_speech
        enough = PAUSE_S if self._last_speech >= _chunks(SHORT_PIECE_S) else LONG_PAUSE_S
        if pause >= _chunks(enough):
            yield from self._close()
        elif self._last_speech > self._longest:
            yield self._split()

    def _close(self) -> Iterator[Piece]:
        """Ends the open piece at its last speech; what follows may be the margin of the next."""
        enough = sum(p >= SPEECH for p in self._probabilities) >= _chunks(MIN_SPEECH_S)
        if enough:
            yield self._piece(self._last_speech, at_pause=True)
        self._drop(len(self._held))

    def _split(self) -> Piece:
        """Cuts a stretch that has become too long at the least speech-like chunk of its second half."""
        half = self._longest // 2
        cut = half + int(np.argmin(self._probabilities[half : self._longest])) + 1
        piece = self._piece(cut, at_pause=False)
        self._drop(cut)
        return piece

    def _piece(self, end: int, *, at_pause: bool) -> Piece:
        """The held chunks up to `end`, their borders looked at closely where they are pauses, with margins."""
        origin = (self._position - len(self._held) - len(self._before)) * CHUNK
        skipped = -origin % FRAME
        samples = np.concatenate([*self._before, *self._held])[skipped:]
        start, stop = len(self._before) * CHUNK - skipped, (len(self._before) + end) * CHUNK - skipped
        origin += skipped
        after_pause = origin + start > self._reached
        begin, finish = voiced(samples, start, stop)
        begin = max(begin, self._reached - origin) if after_pause else start
        finish = finish if at_pause else stop
        self._reached = origin + finish
        most = (self._longest + 2 * self._margin) * CHUNK
        margin = min(self._margin * CHUNK, max(0, most - (finish - begin)) // 2)
        heard = samples[max(0, begin - margin) : finish + margin][:most]
        return Piece((origin + begin) / SAMPLE_RATE, (origin + finish) / SAMPLE_RATE, heard)

    def _drop(self, count: int) -> None:
        self._before.extend(self._held[:count])
        del self._held[:count], self._probabilities[:count]
        self._last_speech -= count  # below 0 where all is dropped; the next speech sets it


def pieces(blocks: Iterator[Waveform], segmenter: Segmenter) -> Iterator[Piece]:
    """The pieces of a whole stream of blocks."""
    for block in blocks:
        yield from segmenter.feed(block)
    yield from segmenter.finish()
