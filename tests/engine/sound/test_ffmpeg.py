"""What ffmpeg says of a file, line by line, and what is made of it; which orders it gets."""

import io
import os
import sys
from pathlib import Path

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


def test_the_orders_that_it_gets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def orders(start_s: float = 0.0, track: int | None = None, ignore_length: bool = False) -> str:
        words = ffmpeg._command(Path("ffmpeg"), Path("a.m4a"), start_s, track, ignore_length)
        return f"{' '.join(map(os.fspath, words))} "

    plain = orders()
    assert f" -i file:{tmp_path / 'a.m4a'} " in plain
    assert " -protocol_whitelist file,pipe " in plain, "no network"
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
            frames = len(running.read(1_000))
            assert running.read_s == pytest.approx(start_s + frames / running.sample_rate, abs=1e-9)
            assert frames == 1_000


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
