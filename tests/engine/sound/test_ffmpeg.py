"""What ffmpeg says of a file, line by line, and what is made of it; which orders it gets."""

import io
import os
import sys
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from desktop_app.engine.sound import ffmpeg
from desktop_app.engine.sound.ffmpeg import Track
from desktop_app.errors import AudioError
from tests.engine.sound.made_recordings import write

COVER = "[info]   Stream #0:0[0x1](und): Video: mjpeg (Baseline), yuvj420p(pc), 300x300, 90k tbn (attached pic)"
SPOKEN = "[info]   Stream #0:1[0x2](eng): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, mono, fltp, 62 kb/s (default)"
MAPPED = "[info]   Stream #0:1 -> #0:0 (aac (native) -> pcm_f32le (native))"
OUTPUT = "[info] Output #0, wav, to 'pipe:1':"


def log(*lines: str) -> ffmpeg._Log:
    made = ffmpeg._Log(io.BytesIO("\r\n".join([*lines, ""]).encode()))
    made.join()
    assert made.described.is_set(), "whoever waits for more need not wait any longer"
    assert made._stream.closed
    return made


def test_what_it_says_of_a_file_is_understood() -> None:
    found = log(
        *("[info] Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'file:/a.m4a':", "[info]   Duration: 01:02:03.50, start: 0"),
        *(COVER, SPOKEN, MAPPED, OUTPUT, "[info]   Stream #0:0: Audio: pcm_f32le, 44100 Hz, mono, flt, 1411 kb/s"),
        *("[aac @ 0x55aa] [error] channel element 3.4 is not allocated", "[error] Error while decoding stream #0:1"),
        *("[aac @ 0x55aa] [warning] a warning", "[verbose]   Input stream #0:1 (audio): 12 packets read (3456 bytes);"),
    )
    assert (found.container, found.expected_s, found.mapped) == ("mov", 3723.5, 1)
    assert found.tracks == [Track(0, "Video", "mjpeg", "", "", True), Track(1, "Audio", "aac", "mp4a", "eng", False)]
    assert (found.faults, found.heard, found.guessed) == (1, (12, 3456), False)
    assert found.described.is_set()


@pytest.mark.parametrize(("container", "expected_s"), [("mp3", None), ("matroska", None), ("ac3", 2.0), ("dts", 2.0)])
def test_a_length_that_is_a_guess_is_none_but_where_it_is_right(container: str, expected_s: float | None) -> None:
    guess = "[x @ 0x1] [warning] Estimating duration from bitrate, this may be inaccurate"
    found = log(
        guess, f"[info] Input #0, {container}, from 'file:/a':", "[info]   Duration: 00:00:02.00, start: 0", OUTPUT
    )
    assert found.container == container
    assert (found.guessed, found.expected_s) == (True, expected_s)


UNKNOWN = "[info]   Stream #0:2: Audio: none (ac-4 / 0x342D6361), 48000 Hz, 2 channels"


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([COVER, "[error] Output file does not contain any stream"], "a.m4a has no sound track"),
        ([SPOKEN.replace("mp4a", "drms")], "is protected against copying"),
        ([SPOKEN, "[error] this file is DRM protected"], "is protected against copying"),
        ([UNKNOWN, "[error] Decoder (codec none) not found for input stream"], "can't read Dolby AC-4, which a.m4a"),
        (["[error] moov atom not found"], "a.m4a was not finished"),
        ([SPOKEN, "[error] Audio object type 42 is not implemented"], "can't read xHE-AAC"),
        ([SPOKEN, "[error] 5.1 is not implemented"], "can't read AAC"),
        ([SPOKEN, SPOKEN.replace("aac", "opus"), "[error] 5.1 is not implemented"], "can't read AAC"),
        ([UNKNOWN, SPOKEN, "[error] no decoder found for: none"], "can't read Dolby AC-4, which a.m4a"),
        ([SPOKEN, "[error] no decoder found for: aac"], "can't read AAC, which a.m4a"),
        ([SPOKEN, SPOKEN.replace("mp4a", "enca"), "[error] anything else"], "is protected against copying"),
        (["[error] no decoder found for: aac"], "is not audio that can be read"),
        (["[error] 5.1 is not implemented"], "is not audio that can be read"),
        ([SPOKEN, "[error] anything else"], "is damaged and can't be decoded"),
        (["[error] Invalid data found when processing input"], "is not audio that can be read"),
        (["[info] moov atom not found"], "is not audio that can be read"),
    ],
)
def test_why_no_sound_came_is_a_sentence(tmp_path: Path, lines: list[str], says: str) -> None:
    (tmp_path / "a.m4a").write_bytes(b"?")
    error = log("[info] Input #0, mov,mp4, from 'file:/a':", *lines).error(tmp_path / "a.m4a")
    assert isinstance(error, AudioError)
    assert says in str(error)


def test_of_a_track_that_cant_be_decoded_the_others_are_named(tmp_path: Path) -> None:
    lines = [UNKNOWN, SPOKEN, UNKNOWN.replace("0:2", "0:3"), "[error] no decoder found for: none"]
    error = log(*lines).error(tmp_path / "a.m4a")
    assert isinstance(error, ffmpeg._NoDecoderError)
    assert error.others == (1,)
    mapped = log(*lines, MAPPED.replace("#0:1 ->", "#0:3 ->"), OUTPUT).error(tmp_path / "a.m4a")
    assert isinstance(mapped, ffmpeg._NoDecoderError)
    assert mapped.others == (1,)
    assert str(mapped).endswith("export it as WAV or FLAC.")
    second = log(SPOKEN, UNKNOWN, lines[3], MAPPED.replace("#0:1 ->", "#0:2 ->"), OUTPUT).error(tmp_path / "a.m4a")
    assert "Dolby AC-4" in str(second)


def test_the_orders_that_it_gets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def orders(start_s: float = 0.0, track: int | None = None, ignore_length: bool = False) -> str:
        words = ffmpeg._command(Path("ffmpeg"), Path("a.m4a"), start_s, track, ignore_length)
        return f"{' '.join(map(os.fspath, words))} "

    plain = orders()
    assert f" -i file:{tmp_path / 'a.m4a'} " in plain
    assert " -protocol_whitelist file,pipe " in plain, "no network"
    assert f" -max_alloc {256 * 1024**2} " in plain
    assert "concat" not in plain
    assert not {"-ss", "-map", "-ignore_length"} & set(plain.split())
    assert " -ss 12.500000 -threads 1 -i " in orders(12.5)
    assert " -map 0:0 " in orders(track=0)
    assert " -ignore_length 1 " in orders(ignore_length=True)
    monkeypatch.setenv("FFREPORT", "file=report.log")
    monkeypatch.setenv("HOME", "/home/zoë")
    given = ffmpeg._environment()
    assert (given["HOME"], given["AV_LOG_FORCE_NOCOLOR"]) == ("/home/zoë", "1")
    assert "FFREPORT" not in given, "it would write a file"


def test_the_seconds_that_were_read_are_counted_to_the_sample(tmp_path: Path) -> None:
    for start_s in (0.0, 0.5):
        with ffmpeg.decoding(write(tmp_path, "memo.m4a"), start_s) as running:
            assert running.read_s == start_s
            assert running.expected_s == pytest.approx(2.0, abs=0.1)
            assert (running.container, len(running.tracks), running.track, running.faults) == ("mov", 1, 0, 0)
            assert running.heard is None, "before the end"
            frames = len(running.read(1_000))
            assert running.read_s == pytest.approx(start_s + frames / running.sample_rate, abs=1e-9)
            assert frames == 1_000
        assert running._samples.closed
        assert running._process.returncode is not None


class Fake:
    """Stands in for a running ffmpeg; what was asked of it is noted in `log`."""

    log: ClassVar[list[tuple[Any, ...]]] = []
    container = "mov"
    tracks: tuple[Track, ...] = (Track(0, "Audio", "aac", "", "", False),)
    errors: ClassVar[dict[int | None, AudioError]] = {}

    def __init__(self, path: Path, start_s: float, track: int | None, ignore_length: bool) -> None:
        self.log.append(("open", path.name, start_s, track, ignore_length))
        if track in self.errors:
            raise self.errors[track]
        self.sample_rate, self.track = 8_000, 0
        self._left = 800_000

    def read(self, frames: int) -> np.ndarray:
        self.log.append(("read", frames))
        given = min(frames, self._left)
        self._left -= given
        return np.zeros((given, 1), np.float32)

    def close(self) -> None:
        self.log.append(("close",))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[Fake]:
    class Here(Fake):
        log, errors = [], {}

    monkeypatch.setattr(ffmpeg, "Decoding", Here)
    return Here


PICTURES = Track(1, "Video", "h264", "", "", False)
READ_PAST = [("read", 65_536), ("read", 14_464)]  # of 80,000 samples, ten seconds


@pytest.mark.parametrize(
    ("container", "other", "start_s", "does"),
    [
        ("mov", None, 0.0, []),
        ("mov", None, 10.0, READ_PAST),
        ("mov", None, 10.1, [("close",), ("open", "a", 10.1, 0, True)]),
        ("matroska", None, 10.1, [("close",), ("open", "a", 10.1, 0, True)]),
        ("matroska", Track(1, "Video", "mjpeg", "", "", True), 10.1, [("close",), ("open", "a", 10.1, 0, True)]),
        ("matroska", PICTURES, 10.1, [*READ_PAST[:1], ("read", 15_264)]),  # times are those of the pictures
        ("mp3", None, 10.1, [*READ_PAST[:1], ("read", 15_264)]),  # where a time is in it is a guess
        ("mp3", None, 200.0, [("read", 65_536)] * 14),  # it is over before
    ],
)
def test_a_time_is_looked_up_where_a_file_has_an_index_and_else_read_to(
    fake: type[Fake], container: str, other: Track | None, start_s: float, does: list[tuple[Any, ...]]
) -> None:
    fake.container = container
    fake.tracks = (*Fake.tracks, *((other,) if other else ()))
    with ffmpeg.decoding(Path("a"), start_s, ignore_length=True):
        assert fake.log == [("open", "a", 0.0, None, True), *does]
    assert fake.log.pop() == ("close",)


def test_of_several_sounds_the_first_that_can_be_decoded_is_taken(fake: type[Fake]) -> None:
    fake.errors |= {track: ffmpeg._NoDecoderError(AudioError(f"{track}."), (3, 5, 7)) for track in (None, 3)}
    with ffmpeg.decoding(Path("a")):
        opened = [(None, False), (3, False), (5, False)]
        assert fake.log == [("open", "a", 0.0, track, ignore) for track, ignore in opened]
    fake.errors |= {track: ffmpeg._NoDecoderError(AudioError(f"{track}."), ()) for track in (5, 7)}
    with pytest.raises(AudioError, match="None"), ffmpeg.decoding(Path("a")):
        raise AssertionError("it was opened")


STAND_IN = r"""
import os, struct, sys
w = sys.stdout.buffer.write
w(b"RIFF" + bytes(4) + b"WAVE" + b"odd " + struct.pack("<I", 3) + b"odd\0")
w(b"fmt " + struct.pack("<IHHIIHH", 16, 3, {channels}, 16000, 64000, 4, 32) + b"data" + bytes(4))
sys.stderr.write("[info] Output #0, wav\n")
sys.stderr.flush()
w(bytes({n_bytes}))
sys.stdout.flush()
os._exit({status})
"""


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script with a first line that says who runs it")
@pytest.mark.parametrize(
    ("channels", "n_bytes", "status", "frames"),
    [
        (1, 8_000, 0, 2_000),
        (3, 1_202, 0, 100),  # a part of a frame is none
        (1, 8_000, 1, 2_000),  # it met damage, and has said so
        (1, 8_000, 255, 2_000),
        (1, 8_000, -11, None),  # ended by a signal
        (1, 20_000_000, 0, 5_000_000),  # 20,000 bytes for each of the file's thousand
        (1, 20_000_004, 0, None),
    ],
)
def test_what_it_gives_is_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, channels: int, n_bytes: int, status: int, frames: int | None
) -> None:
    program = tmp_path / "ffmpeg"
    ends = f"os._exit({status})" if status >= 0 else f"os.kill(os.getpid(), {-status})"
    text = STAND_IN.format(channels=channels, n_bytes=n_bytes, status=status).replace(f"os._exit({status})", ends)
    program.write_text(f"#!{sys.executable} -S{text}")
    program.chmod(0o755)
    monkeypatch.setattr(ffmpeg, "find", lambda: program)
    monkeypatch.setattr(ffmpeg, "MAX_MEMORY", 2**20)
    monkeypatch.setattr(ffmpeg, "_limit", lambda _: None)
    (tmp_path / "a.m4a").write_bytes(bytes(1_000))

    def read() -> int:
        count = 0
        with ffmpeg.decoding(tmp_path / "a.m4a") as running:
            assert (running.sample_rate, running.channels) == (16_000, channels)
            while n := len(running.read(2**20)):
                count += n
            assert running.read_s == count / 16_000
        return count

    if frames is not None:
        assert read() == frames
    else:
        with pytest.raises(AudioError, match=r"a\.m4a is damaged and can't be decoded to its end"):
            read()


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script with a first line that says who runs it")
def test_one_that_takes_a_second_to_begin_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ffmpeg"
    text = STAND_IN.format(channels=1, n_bytes=400, status=0)
    program.write_text(f"#!{sys.executable} -S\nimport time\ntime.sleep(0.8)\n{text}")
    program.chmod(0o755)
    monkeypatch.setattr(ffmpeg, "find", lambda: program)
    (tmp_path / "a.m4a").write_bytes(bytes(1_000))
    with ffmpeg.decoding(tmp_path / "a.m4a") as running:
        assert len(running.read(200)) == 100


def test_without_it_what_to_install_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg, "find", lambda: None)
    with pytest.raises(AudioError, match=r"a\.m4a is read with ffmpeg, which is missing here: install it"):
        ffmpeg.Decoding(Path("a.m4a"), 0.0, None, False)


def test_of_what_it_says_the_last_fifty_complaints_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.m4a").write_bytes(b"?")
    for later, says in ((49, "was not finished"), (50, "is not audio that can be read")):
        found = log("[error] moov atom not found", *["[warning] something else"] * later)
        assert says in str(found.error(tmp_path / "a.m4a"))


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script with a first line that says who runs it")
def test_its_version_is_asked_for_without_colours_and_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text(
        f"#!{sys.executable} -S\nimport os\nprint('ffmpeg version', os.environ['AV_LOG_FORCE_NOCOLOR'])\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(ffmpeg, "find", lambda: program)
    assert ffmpeg.version().split()[0] == "1"
    program.write_text("#!/bin/sh\nexec sleep 20\n")
    monkeypatch.setattr(ffmpeg, "PATIENCE_S", 0.2)
    assert "does not start" in ffmpeg.version()
    assert "timed out" in ffmpeg.version()


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script with a first line that says who runs it")
def test_its_version_or_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ffmpeg"
    said = rb"ffmpeg version 7.1-\xff Copyright (c) 2000-2024"  # whoever built it may have written what is no text
    program.write_text(f"#!{sys.executable}\nimport sys\nsys.stdout.buffer.write(b'{said.decode()}')\n")
    program.chmod(0o755)
    monkeypatch.setattr(ffmpeg, "find", lambda: program)
    assert ffmpeg.version() == f"7.1-\ufffd at {program}"
    program.write_text("no program")
    program.chmod(0o644)
    assert ffmpeg.version().startswith(f"{program} does not start (")
    monkeypatch.setattr(ffmpeg, "find", lambda: None)
    assert ffmpeg.version().startswith("not found: install it")


def test_it_is_found_in_the_bundle_on_the_path_or_in_its_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = ffmpeg.find.__wrapped__
    name = "ffmpeg.exe" if os.name == "nt" else "ffmpeg"
    monkeypatch.setattr(ffmpeg.shutil, "which", lambda asked: f"/usr/bin/{asked}")
    assert find() == Path("/usr/bin", name)
    monkeypatch.setattr(ffmpeg.shutil, "which", lambda _: None)
    assert find() is not None, "the tests' environment has the wheel"
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    assert find() is None
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert find() is None
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / name).touch()
    assert find() == tmp_path / "media" / name
