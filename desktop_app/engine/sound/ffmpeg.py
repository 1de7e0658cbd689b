"""An ffmpeg in a process of its own, for what libsndfile does not read: it writes samples to a pipe.

A file may hold anything, and decoders of forty formats have faults. In a process of its own a fault is one file's
error: a crash ends that process, one that hangs or takes too much memory is ended. It sees the one file, no network and
no other file: formats that name further files (playlists, concatenations) are not on the list of what it may open.
"""

import os
import re
import shutil
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import monotonic
from typing import IO

import numpy as np
import numpy.typing as npt

from desktop_app.engine.sound import kinds
from desktop_app.errors import AudioError

Frames = npt.NDArray[np.float32]
"""float32 [n, channels], -1..1."""

CONTAINERS = (
    *("aac", "ac3", "aiff", "amr", "ape", "asf", "au", "avi", "caf", "dsf", "dss", "dts", "dtshd", "eac3", "flac"),
    *("flv", "iff", "loas", "matroska", "mlp", "mov", "mp3", "mpc", "mpc8", "mpeg", "mpegts", "mxf", "nut", "ogg"),
    *("oma", "qcp", "rm", "tak", "truehd", "tta", "voc", "w64", "wav", "wv", "xwma"),
)
"""ffmpeg's names of the formats that it may open: they tell themselves by their content and name no other file."""

INDEXED = ("mov", "matroska")
"""Containers in which ffmpeg finds a time to the sample; elsewhere it guesses by the bytes, so what is not wanted is
decoded and dropped."""

BARE = ("mp3", "aac", "ac3", "eac3", "dts", "amr", "flac", "loas", "truehd", "mlp")
"""Streams of packets alone, without a container that would say how long they are."""

CONSTANT_RATE = ("ac3", "eac3", "dts")
"""Streams that don't say how long they are, and of which ffmpeg's guess by the bytes is right."""

PATIENCE_S = 20.0
"""A decoder that gives no sample for so long, while one waits for it, hangs. A disk may have to spin up first."""

MAX_MEMORY = 2**31
"""Bytes of address space; ffmpeg takes some 300 MB, most of it never touched."""

MAX_ONE_PIECE = 2**28
"""Bytes that it may ask for at once: a damaged header asks for more."""

MAX_GROWTH = 20_000
"""Bytes of samples for each byte of the file, and at least MAX_MEMORY: silence packs 2,000 to 1; what goes beyond
does not end."""

SEEK_FROM_S = 10.0
"""Before that, decoding from the start is as quick."""

_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
"""On Windows each program of the terminal would open one, and get its Ctrl-C."""

_DURATION = re.compile(r"  Duration: (\d+):(\d\d):(\d\d\.\d+)")
_STREAM = re.compile(r"  Stream #0:(\d+)(?:\[0x[0-9a-f]+\])?(?:\((\w+)\))?: (\w+): (.*)")
_MAPPED = re.compile(r"  Stream #0:(\d+) -> #0:0")
_READ = re.compile(r"  Input stream #0:\d+ \(audio\): (\d+) packets read \((\d+) bytes\)")
_LEVEL = re.compile(r"\[(verbose|info|warning|error|fatal|panic)\] ?")
_NO_DECODER = re.compile(r"[Dd]ecoder .*not found|Decoding requested, but no decoder|no decoder found")
_PACKET_LOST = re.compile(r"Error while decoding|Error submitting packet|Invalid data found when processing input")


@dataclass(frozen=True)
class Track:
    """One stream of a file.

    Attributes:
        number: ffmpeg's, over all streams.
        kind: "Audio", "Video", "Subtitle", "Data" or "Attachment".
        codec: ffmpeg's name, "none" where it knows none.
        tag: The container's own name of it, or "".
        language: As the file says, or "".
        picture: Whether it is a cover.
    """

    number: int
    kind: str
    codec: str
    tag: str
    language: str
    picture: bool


@cache
def find() -> Path | None:
    """The program: of a frozen app the one in its bundle; else the one on PATH or of the wheel imageio-ffmpeg."""
    name = "ffmpeg.exe" if os.name == "nt" else "ffmpeg"
    if getattr(sys, "frozen", False):
        bundled = Path(sys._MEIPASS) / "media" / name  # type: ignore[attr-defined]  # PyInstaller's
        return bundled if bundled.is_file() else None
    on_path = shutil.which(name)
    if on_path is not None:
        return Path(on_path)
    try:
        import imageio_ffmpeg
    except ImportError:
        return None
    try:
        return Path(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        return None


def version() -> str:
    """What the program calls itself and where it lies; or what to install."""
    program = find()
    if program is None:
        return "not found: install it (Debian: apt install ffmpeg; elsewhere: pip install imageio-ffmpeg)"
    try:
        said = subprocess.run(
            [program, "-version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE_S,
            env=_environment(),
            creationflags=_NO_WINDOW,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        return f"{program} does not start ({error})"
    return f"{said.partition(' Copyright')[0].removeprefix('ffmpeg version ')} at {program}"


def missing(path: Path) -> AudioError:
    """The error for a file that takes ffmpeg where there is none."""
    return AudioError(
        f"{path.name} is read with ffmpeg, which is missing here: install it (Debian: apt install ffmpeg; "
        "elsewhere: pip install imageio-ffmpeg)."
    )


def damaged(path: Path) -> AudioError:
    """The error for a file that no decoder gets through."""
    return AudioError(f"{path.name} is damaged and can't be decoded to its end: export it again.")


class Decoding:
    """A running ffmpeg: the file's sound in blocks, and what it said about the file.

    Attributes:
        sample_rate, channels: Of what `read` gives.
        read_s: Seconds that `read` has given, what was sought past included.
    """

    def __init__(self, path: Path, start_s: float, track: int | None, ignore_length: bool) -> None:
        """Starts it and reads the header of its samples.

        Raises:
            AudioError: There is no ffmpeg, or it can't decode the file.
        """
        program = find()
        if program is None:
            raise missing(path)
        self._path = path
        try:
            self._process = subprocess.Popen(
                _command(program, path, start_s, track, ignore_length),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                env=_environment(),
                creationflags=_NO_WINDOW,
                start_new_session=os.name == "posix",  # Ctrl-C at a terminal is for us to heed, who then close it
            )
        except OSError:
            raise missing(path) from None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        _limit(self._process.pid)
        self._samples = self._process.stdout
        self._log = _Log(self._process.stderr)
        self._waits_since: float | None = None
        self._hung = False
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._watch_over, name="ffmpeg-watch", daemon=True)
        self._watch.start()
        self._left = max(MAX_MEMORY, MAX_GROWTH * path.stat().st_size)
        self._start_s = start_s
        self._frames = 0
        try:
            self.sample_rate, self.channels = self._header()
        except BaseException:
            self.close()
            raise

    @property
    def read_s(self) -> float:
        return self._start_s + self._frames / self.sample_rate

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The file's streams."""
        return tuple(self._log.tracks)

    @property
    def track(self) -> int | None:
        """The number of the stream that is decoded."""
        return self._log.mapped

    @property
    def container(self) -> str:
        """ffmpeg's name of the format."""
        return self._log.container

    @property
    def expected_s(self) -> float | None:
        """What the file says it lasts, in seconds; None where it says nothing or it is a guess by the bytes."""
        return self._log.expected_s

    @property
    def length_is_missing(self) -> bool:
        """Whether its format would say how long the file lasts, and the file does not."""
        return self._log.guessed and self.container not in BARE

    @property
    def faults(self) -> int:
        """Places in which decoding failed, so far; all of them once `read` has come to the end."""
        return self._log.faults

    @property
    def heard(self) -> tuple[int, int] | None:
        """Packets of the decoded stream, and their bytes in the file; None before the end."""
        return self._log.heard

    def read(self, frames: int) -> Frames:
        """The next samples, at most `frames`; none at the end of the file.

        Raises:
            AudioError: It crashed, hung, or took too much memory.
        """
        frame_bytes = 4 * self.channels
        held = self._read_bytes(frames * frame_bytes)
        self._left -= len(held)
        if self._left < 0:
            raise damaged(self._path)
        samples = np.frombuffer(held[: len(held) // frame_bytes * frame_bytes], "<f4").reshape(-1, self.channels)
        self._frames += len(samples)
        if not len(samples):
            self._finish()
        return samples

    def close(self) -> None:
        """Ends the process, whatever it does."""
        self._over.set()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._log.join()
        self._watch.join()
        self._samples.close()

    def _header(self) -> tuple[int, int]:
        """Sample rate and channels, from the WAV header before the samples; its lengths mean nothing in a pipe."""
        rate = channels = 0
        self._read_bytes(12)  # RIFF, a length, WAVE
        while len(head := self._read_bytes(8)) == 8:
            name, size = struct.unpack("<4sI", head)
            if name == b"data":
                self._log.described.wait(PATIENCE_S)
                if any(track.number == self.track and track.tag in kinds.PROTECTED for track in self.tracks):
                    raise self._log.error(self._path)  # decoded, it would be noise
                return rate, channels
            body = self._read_bytes(size + size % 2)
            if name == b"fmt ":
                channels, rate = struct.unpack("<HI", body[2:8])
        self._finish()
        raise self._log.error(self._path)

    def _read_bytes(self, size: int) -> bytes:
        parts = []
        while size:
            self._waits_since = monotonic()
            part = self._samples.read(size)
            self._waits_since = None
            if not part:
                break
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _finish(self) -> None:
        """Waits for the end of a process that writes no more, and looks how it ended."""
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._hung = True
            self._process.kill()
            self._process.wait()
        self._log.join()
        code = self._process.returncode
        if self._hung or code < 0 or code > 255:  # ended by a signal; on Windows by an exception
            raise damaged(self._path)

    def _watch_over(self) -> None:
        while not self._over.wait(0.5):
            since = self._waits_since
            if since is not None and monotonic() - since > PATIENCE_S:
                self._hung = True
                self._process.kill()
                return


@contextmanager
def decoding(path: Path, start_s: float = 0.0, ignore_length: bool = False) -> Iterator[Decoding]:
    """ffmpeg on a file, from `start_s` seconds on; ended with the block.

    Of several sound tracks it takes the one that the file marks as its default or else that with the most channels,
    of those that can be decoded.

    Args:
        ignore_length: Take what a WAV header says of the length for nothing.

    Raises:
        AudioError: There is no ffmpeg, or it can't decode the file.
    """
    running = _started(path, 0.0, ignore_length)
    try:
        # in a film, times count from the first of its streams, and the sound may begin later
        is_alone = all(track.number == running.track or track.picture for track in running.tracks)
        if start_s > SEEK_FROM_S and running.container in INDEXED and is_alone:
            track = running.track
            running.close()
            running = Decoding(path, start_s, track, ignore_length)
        else:
            left = round(start_s * running.sample_rate)
            while left > 0 and len(block := running.read(min(left, 65_536))):
                left -= len(block)
        yield running
    finally:
        running.close()


def _started(path: Path, start_s: float, ignore_length: bool) -> Decoding:
    try:
        return Decoding(path, start_s, None, ignore_length)
    except _NoDecoderError as error:
        for track in error.others:
            try:
                return Decoding(path, start_s, track, ignore_length)
            except _NoDecoderError:
                continue
        raise


class _NoDecoderError(AudioError):
    """The stream is of a kind that can't be decoded; `others` are the file's further sound tracks."""

    def __init__(self, error: AudioError, others: tuple[int, ...]) -> None:
        super().__init__(*error.args)
        self.others = others


class _Log:
    """What ffmpeg says, read as it comes so that it never has to wait, and kept only as far as it matters."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.container = ""
        self.expected_s: float | None = None
        self.tracks: list[Track] = []
        self.mapped: int | None = None
        self.guessed = False
        self.faults = 0
        self.heard: tuple[int, int] | None = None
        self.described = threading.Event()
        self._said: deque[str] = deque(maxlen=50)
        self._stream = stream
        self._thread = threading.Thread(target=self._read, name="ffmpeg-log", daemon=True)
        self._thread.start()

    def join(self) -> None:
        self._thread.join()

    def error(self, path: Path) -> AudioError:
        """Why no sound came."""
        if (what := kinds.by_beginning(path)) is not None:  # which ffmpeg, going by the name, may take for another
            return kinds.unreadable(path, what)
        words = "\n".join(self._said)
        sounds = [track for track in self.tracks if track.kind == "Audio"]
        if self.tracks and not sounds:
            return AudioError(f"{path.name} has no sound track: name another file.")
        if any(track.tag in kinds.PROTECTED for track in sounds) or "DRM" in words:
            return AudioError(f"{path.name} is protected against copying (DRM): no program but its own may read it.")
        unknown = next((t for t in sounds if t.number == self.mapped), sounds[0] if sounds else None)
        if unknown is not None and _NO_DECODER.search(words):
            others = tuple(track.number for track in sounds if track is not unknown and track.codec != "none")
            return _NoDecoderError(kinds.unreadable(path, kinds.codec_name(unknown.codec, unknown.tag)), others)
        if "moov atom not found" in words:
            return AudioError(
                f"{path.name} was not finished: its end, which says what is in it, is missing. Copy or record it again."
            )
        if sounds and "is not implemented" in words:
            what = "xHE-AAC" if "Audio object type 42" in words else kinds.codec_name(sounds[0].codec, sounds[0].tag)
            return kinds.unreadable(path, what)
        return damaged(path) if sounds else kinds.not_audio(path)

    def _read(self) -> None:
        # by lines of a bounded length: what stands in a file's tags may be long and hold no end of line
        while line := self._stream.readline(4096):
            self._note(line.decode("utf-8", "replace").rstrip("\r\n"))
        self.described.set()
        self._stream.close()

    def _note(self, line: str) -> None:
        level = _LEVEL.search(line)
        text = line[level.end() :] if level else line
        if level and level[1] in ("error", "fatal", "panic"):
            self._said.append(text)
            self.faults += not _PACKET_LOST.search(text)  # which only repeats what the decoder said before
        elif level and level[1] == "warning":
            self._said.append(text)
        if self.described.is_set():
            if read := _READ.search(line):
                self.heard = int(read[1]), int(read[2])
        elif found := re.match(r"Input #0, ([^,]+)", text):
            self.container = found[1]
        elif "Estimating duration from bitrate" in text:
            self.guessed = True
        elif found := _DURATION.search(line):
            hours, minutes, seconds = int(found[1]), int(found[2]), float(found[3])
            if not self.guessed or self.container in CONSTANT_RATE:
                self.expected_s = hours * 3600 + minutes * 60 + seconds
        elif found := _MAPPED.search(line):
            self.mapped = int(found[1])
        elif found := _STREAM.search(line):
            self.tracks.append(_track(int(found[1]), found[2] or "", found[3], found[4]))
        elif re.match(r"Output #0", text):
            self.described.set()


def _track(number: int, language: str, kind: str, described: str) -> Track:
    """Of "aac (LC) (mp4a / 0x6134706D), 44100 Hz, mono, fltp, 62 kb/s (default)"."""
    tag = re.search(r"\((\S+) / 0x[0-9A-F]+\)", described)
    codec = re.match(r"\w+", described)
    return Track(
        number=number,
        kind=kind,
        codec=codec[0] if codec else "none",
        tag=tag[1] if tag else "",
        language="" if language == "und" else language,
        picture="(attached pic)" in described,
    )


def _command(
    program: Path, path: Path, start_s: float, track: int | None, ignore_length: bool
) -> list[str | os.PathLike[str]]:
    return [
        program,
        *("-hide_banner", "-nostdin", "-nostats", "-v", "repeat+level+verbose", "-max_alloc", str(MAX_ONE_PIECE)),
        *("-protocol_whitelist", "file,pipe", "-format_whitelist", ",".join(CONTAINERS), "-err_detect", "crccheck"),
        *(("-ignore_length", "1") if ignore_length else ()),
        *(("-ss", f"{start_s:.6f}") if start_s else ()),
        *("-threads", "1", "-i", f"file:{path.absolute()}"),
        *(() if track is None else ("-map", f"0:{track}")),
        *("-vn", "-sn", "-dn", "-map_metadata", "-1", "-c:a", "pcm_f32le", "-f", "wav"),
        *("-flags", "+bitexact", "-fflags", "+bitexact", "pipe:1"),
    ]


def _environment() -> dict[str, str]:
    """Without report files and colours; and of address space no more than it uses."""
    wishes = {"AV_LOG_FORCE_NOCOLOR": "1", "MALLOC_ARENA_MAX": "1"}
    return {name: value for name, value in os.environ.items() if name != "FFREPORT"} | wishes


def _limit(pid: int) -> None:
    """Bounds the memory of a process that runs already: a function between fork and exec is unsafe among threads."""
    if sys.platform == "linux":
        import resource

        try:
            resource.prlimit(pid, resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        except (ProcessLookupError, PermissionError):  # it has ended already, or nobody may bound it here
            return
