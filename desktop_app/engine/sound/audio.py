"""Audio files: the one door. Decodes (see `decode`), mixes down and resamples, at any length in constant memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

from desktop_app.engine.sound.channels import ChannelTurns, ClearestChannel, clearest_channel
from desktop_app.engine.sound.decode import Recording, opened
from desktop_app.engine.sound.ffmpeg import Frames
from desktop_app.errors import AudioError

SAMPLE_RATE = 16_000
"""Hz; what speech encoders hear."""

MAX_PEAK = 8.0
"""Times full scale; a float file beyond it holds integers by mistake, or nonsense."""

Waveform = npt.NDArray[np.float32]
"""float32 [n], mono, -1..1."""

Tell = Callable[[str], None]
"""Gets each sentence on what of a file could not be heard, or was chosen in it, when it has been read."""


@dataclass(frozen=True)
class AudioInfo:
    """What a file says of itself, before it is decoded; `duration_s` is 0 where the header does not know."""

    duration_s: float
    sample_rate: int
    channels: int
    format: str


@dataclass(frozen=True)
class Audio:
    """A decoded recording.

    Attributes:
        samples: float32 [n], mono, -1..1, at `sample_rate`.
        sample_rate: Hz, after resampling.
        path: Where it was read from.
        duration_s: Length in seconds.
        remarks: Sentences on what of the file could not be heard, or was chosen in it.
    """

    samples: Waveform
    sample_rate: int
    path: Path
    duration_s: float
    remarks: tuple[str, ...] = ()


def probe(path: Path) -> AudioInfo:
    """What the file's header says.

    Raises:
        AudioError: It is no readable audio file.
    """
    with opened(path) as recording:
        return AudioInfo(recording.expected_s or 0.0, recording.sample_rate, recording.channels, recording.format)


def load_audio(
    path: Path,
    sample_rate: int = SAMPLE_RATE,
    channel: int | None = None,
    start_s: float = 0.0,
    end_s: float | None = None,
) -> Audio:
    """The whole recording as float32 mono at `sample_rate` Hz; for a long one take `read_blocks`.

    Args:
        channel: Which channel, counted from 0; None: the one that hears the voice best, see `sound.channels`.
        start_s, end_s: The stretch to read, in seconds from the recording's start; None: to its end.

    Raises:
        AudioError: The file is missing, not audio, empty, damaged, or has no such channel.
    """
    remarks: list[str] = []
    blocks = read_blocks(path, sample_rate, channel=channel, start_s=start_s, end_s=end_s, tell=remarks.append)
    samples = np.concatenate(list(blocks))
    return Audio(samples, sample_rate, path, len(samples) / sample_rate, tuple(remarks))


def read_blocks(
    path: Path,
    sample_rate: int,
    block_s: float = 10.0,
    channel: int | None = None,
    start_s: float = 0.0,
    end_s: float | None = None,
    tell: Tell | None = None,
    tell_turns: Callable[[ChannelTurns], None] | None = None,
) -> Iterator[Waveform]:
    """The recording in blocks of `block_s` seconds (the last one may be shorter), in constant memory.

    Yields float32 [n], mono, -1..1, at `sample_rate` Hz.

    Args:
        start_s, end_s: The stretch to read, in seconds from the recording's start; None: to its end.
        tell: Told after the last block what of the file could not be heard, or was chosen in it.
        tell_turns: Told after the last block which channel was heard when, where the channels hold different voices.

    Raises:
        AudioError: As `load_audio`, when the first block is asked for or where the damage is met.
    """
    size = round(block_s * sample_rate)
    pending: list[Waveform] = []
    held = 0
    for part in _resampled(path, sample_rate, channel, start_s, end_s, tell, tell_turns):
        pending.append(part)
        held += len(part)
        if held >= size:
            joined = np.concatenate(pending)
            whole = len(joined) // size * size
            for start in range(0, whole, size):
                yield joined[start : start + size]
            pending, held = [joined[whole:]], len(joined) - whole
    if held:
        yield np.concatenate(pending)


def to_mono_at(samples: npt.NDArray[np.float32], from_rate: int, sample_rate: int = SAMPLE_RATE) -> Waveform:
    """Samples float32 [n] or [n, channels] at `from_rate` Hz as float32 [m] mono at `sample_rate` Hz."""
    mono = samples if samples.ndim == 1 else clearest_channel(samples, from_rate)
    if from_rate != sample_rate:
        mono = soxr.resample(mono, from_rate, sample_rate)
    return np.clip(mono, -1.0, 1.0).astype(np.float32, copy=False)


def _resampled(
    path: Path,
    sample_rate: int,
    channel: int | None,
    start_s: float,
    end_s: float | None,
    tell: Tell | None,
    tell_turns: Callable[[ChannelTurns], None] | None,
) -> Iterator[Waveform]:
    """Mono parts of any length at `sample_rate`."""
    with opened(path) as recording:
        if channel is not None and not 0 <= channel < recording.channels:
            raise AudioError(
                f"{path.name} has {recording.channels} channel(s), so no channel {channel + 1}: choose another."
            )
        rate = recording.sample_rate
        stream = soxr.ResampleStream(rate, sample_rate, 1, dtype="float32") if rate != sample_rate else None
        decoded, yielded = 0, False
        clearest = ClearestChannel(recording.channels, rate)
        for mono, last in _one_channel(_checked(recording, start_s, end_s), clearest, channel):
            decoded += len(mono)
            part = mono if stream is None else stream.resample_chunk(mono, last=last)
            if len(part):
                yielded = True
                yield np.clip(part, -1.0, 1.0)
        if not yielded:
            raise AudioError(f"{path.name} holds no sound (samples: {decoded}): record or export it again.")
        if tell is not None:
            for remark in (*recording.remarks, *clearest.remarks):
                tell(remark)
        if tell_turns is not None and clearest.turns is not None:
            tell_turns(clearest.turns)


def _one_channel(
    blocks: Iterator[Frames], clearest: ClearestChannel, channel: int | None
) -> Iterator[tuple[Waveform, bool]]:
    """The channel asked for, or what `clearest` makes of all of them; and whether it is the last part."""
    for block in blocks:
        yield clearest.feed(block) if channel is None else np.ascontiguousarray(block[:, channel]), False
    yield clearest.finish(), True


def _checked(recording: Recording, start_s: float, end_s: float | None) -> Iterator[Frames]:
    """The recording's blocks, which hold numbers and no absurd ones."""
    name = recording.path.name
    for block in recording.blocks(start_s, end_s):
        # the mean of two huge floats can overflow: look at what was read before anything is added up
        peak = np.abs(block).max()
        if not np.isfinite(peak):
            raise AudioError(
                f"{name} holds values that are not numbers (NaN or infinity): export it again as 16-bit WAV."
            )
        if peak > MAX_PEAK:
            raise AudioError(
                f"{name} goes {peak:.0f} times beyond full scale: export it again, normalised, as 16-bit WAV."
            )
        yield block
