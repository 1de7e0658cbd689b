"""Opens a recording with the decoder that reads all of it: libsndfile where it does, else ffmpeg beside us.

The rule for both: no answer for a part of a file without a word. What is read goes to the end of the data, whatever
the header counts; where the two differ, or decoding met damage, `Recording.remarks` says so.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import soundfile

from desktop_app.engine.sound import ffmpeg, headers, kinds
from desktop_app.engine.sound.ffmpeg import Frames
from desktop_app.errors import AudioError

MIN_RATE, MAX_RATE = 2_000, 768_000
"""Hz; a header outside this is damaged, and resampling by its ratio would not end."""

READ_FRAMES = 65_536
"""Frames decoded at a time."""

MP3_TOLERANCE = 4 * 1_152
"""Samples; so many at most an encoder puts before and behind the sound, which libsndfile leaves out."""

NO_LENGTH = 2**63 - 1
"""Frames; what libsndfile says where a FLAC does not tell its length."""

LIBSNDFILE_ERRORS = (soundfile.LibsndfileError, RuntimeError, TypeError, ValueError)
"""What comes of a damaged file; the last where libsndfile stands behind what it took for the end."""

LENGTH_TOLERANCE_S = 0.1
"""Encoders pad their last packet, and headers round: less is not told."""

FILM_TOLERANCE_S = 0.3
"""The same where a file's length is that of its longest stream, pictures perhaps."""

SOUND_SHARE = 0.8
TAGS_BYTES = 4_096
PACKET_BYTES = 12
"""Of a file with one stream and nothing else, so much is sound, beside tags and what each packet costs the container;
unless something in it was not found."""

BARE_TAGS_BYTES = 1_500
"""The same of a stream without a container: beside an ID3v2 tag, a table of the frames or a tag at the end."""


class Recording:
    """An open recording.

    Attributes:
        path: The file.
        sample_rate, channels: Of its samples.
        format: What its container is called.
        expected_s: What it says it lasts, in seconds; None where it does not say.
        breaks_off: Whether the end of the file is missing, whatever it says of its length.
        remarks: Sentences on what in the file could not be heard, and which sound track was; complete when `blocks`
            has come to its end.
    """

    def __init__(self, path: Path, sample_rate: int, channels: int, format: str, expected_s: float | None) -> None:
        if not MIN_RATE <= sample_rate <= MAX_RATE:
            raise AudioError(f"{path.name} says it has {sample_rate} samples a second: its header is damaged.")
        self.path = path
        self.sample_rate = sample_rate
        self.channels = channels
        self.format = format
        self.expected_s = expected_s
        self.breaks_off = False
        self.remarks: list[str] = []

    def blocks(self, start_s: float = 0.0, end_s: float | None = None) -> Iterator[Frames]:
        """The samples float32 [n, channels], at most READ_FRAMES at a time over all channels, of a stretch in seconds.

        Raises:
            AudioError: Where damage is met that nothing can be read behind.
        """
        raise NotImplementedError

    def _note_length(self, heard_s: float, tolerance_s: float) -> None:
        if self.expected_s is not None and abs(heard_s - self.expected_s) > tolerance_s:
            self.remarks.append(
                f"The file says that it lasts {self.expected_s:.1f} s; "
                f"{heard_s:.1f} s of sound are in it and were heard."
            )
        elif self.breaks_off:
            self.remarks.append(f"The end of the file is missing: it breaks off after {heard_s:.1f} s.")

    def _wanted(self, start_s: float, end_s: float | None) -> int | None:
        return None if end_s is None else round((end_s - start_s) * self.sample_rate)


class _ByLibsndfile(Recording):
    def __init__(
        self, path: Path, file: BinaryIO, sound: soundfile.SoundFile, wav: headers.WavData | None, ends_early: bool
    ) -> None:
        self._file = file
        self._sound = sound
        self._ends_early = ends_early
        expected_s = None if sound.frames == NO_LENGTH else sound.frames / sound.samplerate
        if wav is not None and wav.declared is not None and wav.declared > wav.present:
            expected_s = wav.declared_s  # libsndfile counts what there is
        super().__init__(path, sound.samplerate, sound.channels, sound.format, expected_s)

    def blocks(self, start_s: float = 0.0, end_s: float | None = None) -> Iterator[Frames]:
        first = min(round(start_s * self.sample_rate), self._sound.frames)
        read = 0
        wanted = self._wanted(start_s, end_s)
        try:
            if first:
                self._sound.seek(first)
            while wanted is None or read < wanted:
                most = READ_FRAMES // self.channels
                block = self._sound.read(
                    most if wanted is None else min(most, wanted - read), dtype="float32", always_2d=True
                )
                if not len(block):
                    break
                read += len(block)
                yield block
            else:
                return
        except LIBSNDFILE_ERRORS:
            yield from self._rest(first + read, wanted, read)
            return
        if self.format == "FLAC" and _unread(self._file) > headers.FLAC_REST and ffmpeg.find() is not None:
            yield from self._rest(first + read, wanted, read)
            return
        self._note_length((first + read) / self.sample_rate, LENGTH_TOLERANCE_S)
        if self._ends_early:
            self.remarks.append("Only its beginning was heard; the rest is read with ffmpeg, which is missing here.")

    def _rest(self, from_frame: int, wanted: int | None, read: int) -> Iterator[Frames]:
        """What libsndfile does not read of a file from some frame on."""
        if ffmpeg.find() is None:
            raise ffmpeg.damaged(self.path)
        with ffmpeg.decoding(self.path, from_frame / self.sample_rate) as running:
            other = _ByFfmpeg(self.path, running)
            if (other.sample_rate, other.channels) != (self.sample_rate, self.channels):
                raise ffmpeg.damaged(self.path)
            other.expected_s = self.expected_s
            yield from other.going_on(None if wanted is None else wanted - read)
            self.remarks += other.remarks


class _ByFfmpeg(Recording):
    def __init__(self, path: Path, running: ffmpeg.Decoding, ignore_length: bool = False) -> None:
        self._running = running
        self._ignore_length = ignore_length
        super().__init__(path, running.sample_rate, running.channels, running.container, running.expected_s)

    def blocks(self, start_s: float = 0.0, end_s: float | None = None) -> Iterator[Frames]:
        wanted = self._wanted(start_s, end_s)
        if not start_s:
            yield from self.going_on(wanted)
            return
        self._running.close()
        with ffmpeg.decoding(self.path, start_s, self._ignore_length) as self._running:
            yield from self.going_on(wanted)

    def going_on(self, wanted: int | None) -> Iterator[Frames]:
        """From where it stands."""
        running = self._running
        self._note_track()
        read = 0
        most = READ_FRAMES // self.channels
        while wanted is None or read < wanted:
            block = running.read(most if wanted is None else min(most, wanted - read))
            if not len(block):
                break
            read += len(block)
            yield block
        else:
            return
        single = len(running.tracks) == 1
        if running.length_is_missing and self.expected_s is None:
            self.remarks.append(
                f"The file does not say how long it lasts, as it should; {running.read_s:.1f} s were heard."
            )
        self._note_length(running.read_s, LENGTH_TOLERANCE_S if single else FILM_TOLERANCE_S)
        if running.faults:
            self.remarks.append(
                f"There were errors while decoding it ({running.faults}); what could not be decoded was left out."
            )
        elif single and running.heard is not None and running.container != "flac":  # whose frames have checksums
            packets, heard = running.heard
            size = self.path.stat().st_size
            if running.container in ffmpeg.BARE:
                with self.path.open("rb") as file:
                    least = size - headers.id3_bytes(file) - BARE_TAGS_BYTES
            else:
                least = round(SOUND_SHARE * size) - TAGS_BYTES - PACKET_BYTES * packets
            if heard < least:
                self.remarks.append(f"Of its {size:,} bytes only {heard:,} were found to be sound.")

    def _note_track(self) -> None:
        sounds = [track for track in self._running.tracks if track.kind == "Audio"]
        if len(sounds) < 2:
            return
        for number, track in enumerate(sounds, 1):
            if track.number == self._running.track:
                what = ", ".join(filter(None, (kinds.codec_name(track.codec, track.tag), track.language)))
                self.remarks.append(f"It has {len(sounds)} sound tracks; number {number} was heard ({what}).")


@contextmanager
def opened(path: Path) -> Iterator[Recording]:
    """The open file, its header checked; everything that can be wrong before the first sample is told here.

    Raises:
        AudioError: It is missing, not audio, or its header is damaged.
    """
    with _file(path) as file:
        wav, ogg, mp3 = headers.wav_data(file), headers.ogg_pages(file), headers.mp3_frames(file)
        goes_on = wav is not None and wav.goes_on
        is_cut = headers.film_is_cut(file) or (ogg is not None and not (ogg.ended or ogg.damaged))
        is_cut |= mp3 is not None and not mp3.ended
        in_part = goes_on or (ogg is not None and (ogg.damaged or ogg.streams > 1)) or (mp3 is not None and mp3.damaged)
        file.seek(0)
        sound = _by_libsndfile(file) if not in_part or ffmpeg.find() is None else None
        if sound is not None:
            in_part |= sound.frames in (0, NO_LENGTH) and _unread(file) > 0
            in_part |= mp3 is not None and abs(mp3.samples - sound.frames) > MP3_TOLERANCE
            with sound:
                if not in_part or ffmpeg.find() is None:
                    recording: Recording = _ByLibsndfile(path, file, sound, wav, in_part)
                    recording.breaks_off = is_cut or (wav is None and headers.log_tells_cut(sound.extra_info))
                    yield recording
                    return
        if ffmpeg.find() is None and path.suffix.lower() not in kinds.SOUND + kinds.FILM:
            raise kinds.not_audio(path)
        with ffmpeg.decoding(path, ignore_length=goes_on) as running:
            recording = _ByFfmpeg(path, running, goes_on)
            recording.breaks_off = is_cut
            if wav is not None and goes_on:
                recording.expected_s = wav.declared_s
            if mp3 is not None and not mp3.damaged and recording.expected_s is None:
                recording.expected_s = mp3.samples / recording.sample_rate
            yield recording


def _by_libsndfile(file: BinaryIO) -> soundfile.SoundFile | None:
    """The file as libsndfile opens it, if it does.

    By descriptor, so that libsndfile goes by the content: by name it takes any .vox, .gsm or .raw for bare samples. On
    Windows it knows no descriptor of Python's; Python reads for it there, and a Ctrl-C that meets it then is lost.
    """
    try:
        return soundfile.SoundFile(file if os.name == "nt" else file.fileno(), closefd=False)
    except LIBSNDFILE_ERRORS:
        return None


def _unread(file: BinaryIO) -> int:
    """Bytes between where libsndfile stands in a file and the file's end."""
    return os.fstat(file.fileno()).st_size - os.lseek(file.fileno(), 0, os.SEEK_CUR)


@contextmanager
def _file(path: Path) -> Iterator[BinaryIO]:
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
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        yield file


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
