"""Audio files: the one place that decodes, mixes down and resamples. Any length in constant memory."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from desktop_app.errors import AudioError

SAMPLE_RATE = 16_000
"""Hz; what speech encoders hear."""

MIN_RATE, MAX_RATE = 2_000, 768_000
"""Hz; a header outside this is damaged, and resampling by its ratio would not end."""

MAX_PEAK = 8.0
"""Times full scale; a float file beyond it holds integers by mistake, or nonsense."""

READ_FRAMES = 65_536
"""Frames decoded at a time."""

SUFFIXES = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au", ".caf", ".w64", ".rf64")
"""What a folder is searched for; a file named by itself is read by what is in it, whatever its name."""

Waveform = npt.NDArray[np.float32]
"""float32 [n], mono, -1..1."""


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
    """

    samples: Waveform
    sample_rate: int
    path: Path
    duration_s: float


def probe(path: Path) -> AudioInfo:
    """What the file's header says.

    Raises:
        AudioError: If it is no readable audio file.
    """
    with _opened(path) as sound:
        return AudioInfo(max(0, sound.frames) / sound.samplerate, sound.samplerate, sound.channels, sound.format)


def load_audio(
    path: Path,
    sample_rate: int = SAMPLE_RATE,
    channel: int | None = None,
    start_s: float = 0.0,
    end_s: float | None = None,
) -> Audio:
    """The whole recording as float32 mono at `sample_rate` Hz; for a long one take `read_blocks`.

    Args:
        channel: Which channel, counted from 0; None mixes all of them down.
        start_s, end_s: The stretch to read, in seconds from the recording's start; None: to its end.

    Raises:
        AudioError: If the file is missing, not audio, empty, damaged, or has no such channel.
    """
    blocks = list(read_blocks(path, sample_rate, 10.0, channel, start_s, end_s))
    samples = np.concatenate(blocks)
    return Audio(samples, sample_rate, path, len(samples) / sample_rate)


def read_blocks(
    path: Path,
    sample_rate: int,
    block_s: float,
    channel: int | None = None,
    start_s: float = 0.0,
    end_s: float | None = None,
) -> Iterator[Waveform]:
    """The recording in blocks of `block_s` seconds (the last one may be shorter), in constant memory.

    Yields float32 [n], mono, -1..1, at `sample_rate` Hz.

    Args:
        start_s, end_s: The stretch to read, in seconds from the recording's start; None: to its end.

    Raises:
        AudioError: As `load_audio`, when the first block is asked for or where the damage is met.
    """
    size = max(1, round(block_s * sample_rate))
    pending: list[Waveform] = []
    held = 0
    for part in _resampled(path, sample_rate, channel, start_s, end_s):
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
    mono = samples if samples.ndim == 1 else samples.mean(axis=1, dtype=np.float32)
    if from_rate != sample_rate:
        mono = soxr.resample(mono, from_rate, sample_rate)
    return np.clip(mono, -1.0, 1.0).astype(np.float32, copy=False)


def _resampled(
    path: Path, sample_rate: int, channel: int | None, start_s: float, end_s: float | None
) -> Iterator[Waveform]:
    """Mono parts of any length at `sample_rate`."""
    with _opened(path) as sound:
        if channel is not None and not 0 <= channel < sound.channels:
            raise AudioError(
                f"{path.name} has {sound.channels} channel(s), so no channel {channel + 1}: choose another."
            )
        rate = sound.samplerate
        stream = soxr.ResampleStream(rate, sample_rate, 1, dtype="float32") if rate != sample_rate else None
        decoded = yielded = 0
        frames = None if end_s is None else max(0, round((end_s - start_s) * rate))
        if start_s > 0:
            try:
                sound.seek(min(round(start_s * rate), sound.frames))
            except soundfile.LibsndfileError:
                raise _damaged(path) from None
        for mono in _decoded(path, sound, channel, frames):
            decoded += len(mono)
            part = mono if stream is None else stream.resample_chunk(mono)
            if len(part):
                yielded += len(part)
                yield np.clip(part, -1.0, 1.0)
        if stream is not None and decoded:
            tail = stream.resample_chunk(np.zeros(0, np.float32), last=True)
            if len(tail):
                yielded += len(tail)
                yield np.clip(tail, -1.0, 1.0)
        if not yielded:
            raise AudioError(f"{path.name} holds no sound (samples: {decoded}): record or export it again.")


def _decoded(path: Path, sound: soundfile.SoundFile, channel: int | None, wanted: int | None) -> Iterator[Waveform]:
    """Mono parts at the file's own rate, checked; at most `wanted` frames in all."""
    frames = max(1, READ_FRAMES // sound.channels)
    while True:
        if wanted is not None:
            frames = min(frames, wanted)
            wanted -= frames
        try:
            block = sound.read(frames, dtype="float32", always_2d=True)
        except (soundfile.LibsndfileError, RuntimeError):
            raise _damaged(path) from None
        if not len(block):
            return
        # the mean of two huge floats can overflow: look at what was read before anything is added up
        peak = np.abs(block).max()
        if not np.isfinite(peak):
            raise AudioError(
                f"{path.name} holds values that are not numbers (NaN or infinity): export it again as 16-bit WAV."
            )
        if peak > MAX_PEAK:
            raise AudioError(
                f"{path.name} goes {peak:.0f} times beyond full scale: export it again, normalised, as 16-bit WAV."
            )
        yield block.mean(axis=1, dtype=np.float32) if channel is None else np.ascontiguousarray(block[:, channel])


@contextmanager
def _opened(path: Path) -> Iterator[soundfile.SoundFile]:
    """The open file, its header checked; everything that can be wrong before the first sample is told here."""
    # looked at before it is opened: opening a named pipe waits for its writer
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise AudioError(f"{path} does not exist: check the name.") from None
    except PermissionError:
        raise AudioError(f"{path} may not be read: check its permissions.") from None
    except (OSError, ValueError) as error:
        raise AudioError(f"{path} can't be read ({_reason(error)}).") from None
    if stat.S_ISDIR(status.st_mode):
        raise AudioError(f"{path} is a folder: name the recordings in it.")
    if not stat.S_ISREG(status.st_mode):
        raise AudioError(f"{path} is not a file but a pipe or device: save the recording as a file first.")
    if status.st_size == 0:
        raise AudioError(f"{path.name} is empty (0 bytes): record or export it again.")
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    except PermissionError:
        raise AudioError(f"{path} may not be read: check its permissions.") from None
    except OSError as error:
        raise AudioError(f"{path} can't be read ({_reason(error)}).") from None
    # by descriptor, so that libsndfile goes by the content: by name it takes any .vox, .gsm or .raw for bare samples.
    # On Windows it knows no descriptor of Python's; Python reads for it there, and a Ctrl-C that meets it then is lost
    with os.fdopen(descriptor, "rb") as file:
        try:
            sound = soundfile.SoundFile(file if os.name == "nt" else file.fileno(), closefd=False)
        except (soundfile.LibsndfileError, RuntimeError, TypeError):
            raise AudioError(
                f"{path.name} is not audio that can be read, or its header is damaged: use WAV, FLAC, OGG or MP3."
            ) from None
        with sound:
            if not MIN_RATE <= sound.samplerate <= MAX_RATE:
                raise AudioError(f"{path.name} says it has {sound.samplerate} samples a second: its header is damaged.")
            yield sound


def _damaged(path: Path) -> AudioError:
    return AudioError(f"{path.name} is damaged and can't be decoded to its end: export it again.")


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
