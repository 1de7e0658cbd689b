"""Every common kind of file is read to the end of its data, with a remark on anything missing or chosen."""

import os
import struct
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import soundfile

from desktop_app.engine.sound import decode, ffmpeg, headers, kinds
from desktop_app.engine.sound.audio import Audio, load_audio, probe, read_blocks
from desktop_app.engine.sound.ffmpeg import Track
from desktop_app.errors import AudioError
from tests.engine.sound.made_recordings import KINDS, SECONDS, encode, sound, write
from tests.tiny_pack import RATE

pytestmark = pytest.mark.timeout(600)


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    """The highest correlation of two sounds over the delays that encoders have, up to 0.1 s."""
    size = 2 * max(len(a), len(b))
    product = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    delays = np.concatenate([product[: RATE // 10], product[-RATE // 10 :]])
    return float(delays.max() / (np.linalg.norm(a) * np.linalg.norm(b)))


def told(audio: Audio) -> str:
    return " ".join(audio.remarks)


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_heard_whole(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name)
    audio = load_audio(path)
    assert audio.duration_s == pytest.approx(SECONDS, abs=0.15)
    assert likeness(audio.samples, sound()) > (0.6 if "amr" in KINDS[name] else 0.95)
    assert audio.remarks == ()
    info = probe(path)
    assert info.duration_s == 0 or info.duration_s == pytest.approx(SECONDS, abs=0.25)


def test_rates_that_no_recording_has_are_refused() -> None:
    for rate in (2_000, 768_000):
        assert decode.Recording(Path("a.wav"), rate, 1, "WAV", None).sample_rate == rate
    for rate in (1_999, 768_001):
        with pytest.raises(AudioError, match=f"says it has {rate} samples a second"):
            decode.Recording(Path("a.wav"), rate, 1, "WAV", None)


def test_a_length_that_is_not_what_the_file_says_is_told() -> None:
    def remarks(expected_s: float | None, heard_s: float, breaks_off: bool = False) -> list[str]:
        recording = decode.Recording(Path("a.wav"), RATE, 1, "WAV", expected_s)
        recording.breaks_off = breaks_off
        recording._note_length(heard_s, decode.LENGTH_TOLERANCE_S)
        return recording.remarks

    assert remarks(2.0, 1.91) == remarks(2.0, 2.09) == remarks(None, 9.0) == []
    assert remarks(2.0, 1.89) == ["The file says that it lasts 2.0 s; 1.9 s of sound are in it and were heard."]
    assert remarks(2.0, 2.11, True) == ["The file says that it lasts 2.0 s; 2.1 s of sound are in it and were heard."]
    for expected_s in (2.0, None):
        assert remarks(expected_s, 2.0, True) == ["The end of the file is missing: it breaks off after 2.0 s."]


def test_a_stretch_of_no_length_holds_no_sound(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", sound(), RATE)
    for end_s in (1.0, 0.5):
        with pytest.raises(AudioError, match="holds no sound"):
            load_audio(tmp_path / "a.wav", start_s=1.0, end_s=end_s)


def test_no_more_is_decoded_at_once_than_is_said_whatever_the_channels(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((100_000, 3), np.int16), RATE)
    encode("-i", str(tmp_path / "a.wav"), "-c:a", "wavpack", str(tmp_path / "a.wv"))
    for name in ("a.wav", "a.wv"):
        with decode.opened(tmp_path / name) as recording:
            sizes = [len(block) for block in recording.blocks()]
        assert max(sizes) == 65_536 // 3
        assert sum(sizes) == 100_000


def test_speex_is_heard() -> None:
    audio = load_audio(Path(__file__).with_name("happy.spx"))  # by speexenc, of the same sound: ffmpeg encodes no Speex
    assert audio.duration_s == pytest.approx(SECONDS, abs=0.05)
    assert likeness(audio.samples, sound()) > 0.95
    assert audio.remarks == ()


def test_monkeys_audio_is_read(tmp_path: Path) -> None:
    """Two seconds of silence, by hand: nothing free encodes it. Its checksum is looked at."""
    frames = 2 * RATE
    checksum = zlib.crc32(bytes(2 * frames)) >> 1
    for flag, faults in ((0, 0), (1, 1)):
        frame = struct.pack("<II", 0x80000000 | checksum ^ flag, 1) + bytes(16)  # the 1: of silence alone
        descriptor = struct.pack("<4sHHIIIIIII16x", b"MAC ", 3990, 0, 52, 24, 4, 0, len(frame), 0, 0)
        header = struct.pack("<HHIIIHHI", 1_000, 0, 73_728, frames, 1, 16, 1, RATE)
        (tmp_path / "a.ape").write_bytes(descriptor + header + struct.pack("<I", 52 + 24 + 4) + frame)
        audio = load_audio(tmp_path / "a.ape")
        assert audio.duration_s == pytest.approx(SECONDS)
        assert not audio.samples.any()
        assert len(audio.remarks) == faults


@pytest.mark.parametrize("name", ["memo.m4a", "meeting.mkv", "raw.aac", "old.wma"])
@pytest.mark.parametrize("start_s", [3.0, 14.0])
def test_a_stretch_is_the_same_part_of_the_whole(tmp_path: Path, name: str, start_s: float) -> None:
    path = write(tmp_path, name, seconds=20.0)
    whole = load_audio(path).samples
    part = load_audio(path, start_s=start_s, end_s=start_s + 1.5)
    assert part.duration_s == pytest.approx(1.5, abs=0.001)
    first = round(start_s * RATE)
    assert likeness(part.samples, whole[first : first + len(part.samples)]) > 0.99
    late = max(
        range(-800, 801, 8), key=lambda d: float(part.samples @ whole[first + d : first + d + len(part.samples)])
    )
    assert abs(late) <= 32, "to two milliseconds"


def test_a_variable_rate_mp3_without_its_table_is_heard_to_the_end(tmp_path: Path) -> None:
    path = write(tmp_path, "v.mp3", "-c:a libmp3lame -q:a 5 -ar 44100 -write_xing 0", seconds=8.0)
    quiet_first = load_audio(path)
    assert quiet_first.duration_s == pytest.approx(8.0, abs=0.15)


def test_mp3_joined_to_mp3_is_heard_whole_and_the_length_told(tmp_path: Path) -> None:
    one = write(tmp_path, "one.mp3", "-c:a libmp3lame -ar 44100").read_bytes()
    two = write(tmp_path, "two.mp3", "-c:a libmp3lame -ar 22050").read_bytes()
    (tmp_path / "both.mp3").write_bytes(one + two)
    audio = load_audio(tmp_path / "both.mp3")
    assert audio.duration_s == pytest.approx(2 * SECONDS, abs=0.2)
    for start_s in (0.5, 2.5):
        assert likeness(audio.samples[round(start_s * RATE) :][:RATE], sound()[RATE // 2 :][:RATE]) > 0.95
    assert audio.remarks


def test_what_libsndfile_reads_whole_needs_no_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"a.mp3": "-c:a libmp3lame -ar 44100", "b.mp3": "-c:a libmp3lame -q:a 5", "c.ogg": "-c:a libvorbis"}
    names |= {"d.opus": "-c:a libopus", "e.flac": "-c:a flac", "f.wav": "-c:a pcm_s24le", "g.aiff": "-c:a pcm_s16be"}
    paths = [write(tmp_path, name, options) for name, options in names.items()]
    monkeypatch.setattr(ffmpeg, "find", lambda: None)
    for path in paths:
        audio = load_audio(path)
        assert audio.duration_s == pytest.approx(SECONDS, abs=0.06), path
        assert audio.remarks == (), path


@pytest.mark.parametrize("options", ["-c:a libvorbis", "-c:a libopus -ar 48000", "-c:a flac -f ogg"])
def test_chained_ogg_is_heard_whole(tmp_path: Path, options: str) -> None:
    one = write(tmp_path, "one.ogg", options).read_bytes()
    (tmp_path / "chain.ogg").write_bytes(one + one)
    audio = load_audio(tmp_path / "chain.ogg")
    assert audio.duration_s == pytest.approx(2 * SECONDS, abs=0.1)
    assert "2.0 s; 4.0 s" in told(audio)


def test_flac_from_a_pipe_and_joined_flac(tmp_path: Path) -> None:
    path = tmp_path / "plain.flac"
    soundfile.write(path, sound(), RATE)
    plain = path.read_bytes()
    of_a_pipe = bytearray(plain)
    of_a_pipe[21] &= 0xF0  # STREAMINFO's count of samples: 36 bits, none is known
    of_a_pipe[22:26] = bytes(4)
    (tmp_path / "pipe.flac").write_bytes(of_a_pipe)
    (tmp_path / "joined.flac").write_bytes(plain + plain)
    expected = load_audio(path).samples
    piped = load_audio(tmp_path / "pipe.flac")
    assert np.array_equal(piped.samples, expected)
    assert piped.remarks == ()
    joined = load_audio(tmp_path / "joined.flac")
    assert np.array_equal(joined.samples, np.concatenate([expected, expected]))
    assert "2.0 s; 4.0 s" in told(joined)


def with_data_size(plain: bytes, size: int) -> bytes:
    at = plain.index(b"data") + 4
    return plain[:at] + struct.pack("<I", size) + plain[at + 4 :]


def test_wav_whose_recorder_died_is_heard_to_the_end_of_its_data(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", sound(), RATE)
    plain = (tmp_path / "a.wav").read_bytes()
    expected = load_audio(tmp_path / "a.wav").samples
    for size, said in ((0, "lasts 0.0 s"), (0xFFFFFFFF, ""), (RATE, "lasts 0.5 s"), (2**31, "s; 2.0 s")):
        (tmp_path / "died.wav").write_bytes(with_data_size(plain, size))
        audio = load_audio(tmp_path / "died.wav")
        assert np.array_equal(audio.samples, expected), size
        assert said in told(audio), size
        assert bool(said) == bool(audio.remarks), size


def test_chunks_behind_the_samples_are_no_sound(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", sound(), RATE)
    with (tmp_path / "a.wav").open("ab") as file:
        file.write(b"LIST" + struct.pack("<I", 5_000) + bytes(5_000))
    audio = load_audio(tmp_path / "a.wav")
    assert len(audio.samples) == len(sound())
    assert audio.remarks == ()


def test_bw64_is_read(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", sound(), RATE)
    plain = (tmp_path / "a.wav").read_bytes()
    data = plain[plain.index(b"data") + 8 :]
    ds64 = b"ds64" + struct.pack("<IQQQI", 28, len(plain) + 28, len(data), len(data) // 2, 0)
    bw64 = b"BW64\xff\xff\xff\xffWAVE" + ds64 + plain[12:36] + b"data\xff\xff\xff\xff" + data
    (tmp_path / "a.bw64").write_bytes(bw64)
    audio = load_audio(tmp_path / "a.bw64")
    assert np.array_equal(audio.samples, load_audio(tmp_path / "a.wav").samples)
    assert audio.remarks == ()


def test_junk_before_an_mp3_is_passed_over(tmp_path: Path) -> None:
    whole = write(tmp_path, "a.mp3", "-c:a libmp3lame -ar 44100 -write_xing 0 -id3v2_version 0").read_bytes()
    (tmp_path / "junk.mp3").write_bytes(np.random.default_rng(0).bytes(3_000).replace(b"\xff", b"\0") + whole)
    audio = load_audio(tmp_path / "junk.mp3")
    assert audio.duration_s == pytest.approx(SECONDS, abs=0.1)
    assert "were found to be sound" in told(audio)


@pytest.mark.parametrize("rate", [44_100, 24_000, 11_025])
@pytest.mark.parametrize("quality", ["-b:a 64k", "-q:a 4"])
def test_the_frames_of_an_mp3_are_counted_as_its_decoder_does(tmp_path: Path, rate: int, quality: str) -> None:
    path = write(tmp_path, "a.mp3", f"-c:a libmp3lame {quality} -ar {rate}")
    with path.open("rb") as file:
        frames = headers.mp3_frames(file)
    assert frames is not None
    assert (frames.damaged, frames.ended) == (False, True)
    assert 0 <= frames.samples - soundfile.info(path).frames <= decode.MP3_TOLERANCE
    path.write_bytes(path.read_bytes()[:-20])
    audio = load_audio(path)
    assert "breaks off" in told(audio) or "says that it lasts" in told(audio)


@pytest.mark.parametrize(
    "name", ["raw.aac", "memo.m4a", "browser.webm", "v.ogg", "v.mp3", "v.opus", "v.flac", "film.ac3"]
)
def test_damage_in_the_middle_is_told_and_the_rest_heard(tmp_path: Path, name: str) -> None:
    options = {"v.ogg": "-c:a libvorbis", "v.mp3": "-c:a libmp3lame", "v.opus": "-c:a libopus", "v.flac": "-c:a flac"}
    whole = bytearray(write(tmp_path, name, options.get(name), seconds=10.0).read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + len(whole) // 10] = np.random.default_rng(1).bytes(len(whole) // 10)
    (tmp_path / name).write_bytes(whole)
    audio = load_audio(tmp_path / name)
    assert audio.duration_s > 4.0
    assert "errors while decoding" in told(audio) or "says that it lasts" in told(audio)


@pytest.mark.parametrize("name", ["memo.m4a", "meeting.mkv", "old.wma", "packed.oga", "browser.webm"])
def test_a_file_that_was_cut_is_told(tmp_path: Path, name: str) -> None:
    options = "-c:a aac -movflags +faststart" if name == "memo.m4a" else None
    path = write(tmp_path, name, options, seconds=10.0)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    audio = load_audio(path)
    assert 3.0 < audio.duration_s < 7.0
    assert any(word in told(audio) for word in ("says that it lasts 10", "breaks off", "errors while decoding"))


def test_a_caf_whose_recorder_died_is_heard_to_its_end(tmp_path: Path) -> None:
    """libsndfile takes it for empty."""
    soundfile.write(tmp_path / "a.caf", sound(), RATE)
    content = bytearray((tmp_path / "a.caf").read_bytes())
    size = content.index(b"data") + 4
    content[size : size + 8] = struct.pack(">Q", 4)  # the number of edits before the samples, and no sample
    (tmp_path / "a.caf").write_bytes(content)
    audio = load_audio(tmp_path / "a.caf")
    assert audio.duration_s == pytest.approx(SECONDS)
    assert "does not say how long it lasts" in told(audio)


def test_a_stream_that_was_recorded_as_it_came_says_no_length_and_that_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "live.mkv", "-c:a ac3 -ar 48000 -live 1")
    audio = load_audio(path)
    assert audio.duration_s == pytest.approx(SECONDS, abs=0.1)
    assert audio.remarks == ("The file does not say how long it lasts, as it should; 2.0 s were heard.",)
    assert probe(path).duration_s == 0


def test_an_mp4_whose_recorder_died_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "memo.m4a", seconds=10.0)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(AudioError, match="was not finished"):
        load_audio(path)


def test_of_several_tracks_the_default_one_is_heard_and_told(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "talk.wav", sound(), RATE)
    soundfile.write(tmp_path / "hum.wav", np.sin(np.arange(2 * RATE) * 0.05), RATE)
    encode(
        *("-i", str(tmp_path / "hum.wav"), "-i", str(tmp_path / "talk.wav"), "-map", "0", "-map", "1", "-c:a", "aac"),
        *("-disposition:a:0", "0", "-disposition:a:1", "default", "-metadata:s:a:1", "language=eng"),
        str(tmp_path / "two.mkv"),
    )
    audio = load_audio(tmp_path / "two.mkv")
    assert likeness(audio.samples, sound()) > 0.97
    assert audio.remarks == ("It has 2 sound tracks; number 2 was heard (AAC, eng).",)


def test_pictures_alone_are_no_recording(tmp_path: Path) -> None:
    encode("-f", "lavfi", "-i", "color=c=gray:s=64x64:r=5:d=1", "-c:v", "mpeg4", str(tmp_path / "mute.mp4"))
    with pytest.raises(AudioError, match="no sound track"):
        load_audio(tmp_path / "mute.mp4")


def renamed(path: Path, codec: bytes, other: bytes) -> Path:
    """The MP4 with another name of its codec."""
    path.write_bytes(path.read_bytes().replace(codec, other))
    return path


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"can't read Dolby AC-4, which memo\.m4a"):
        load_audio(renamed(renamed(write(tmp_path, "memo.m4a"), b"mp4a", b"ac-4"), b"esds", b"none"))
    with pytest.raises(AudioError, match="protected against copying"):
        load_audio(renamed(write(tmp_path, "memo.m4a"), b"mp4a", b"drms"))
    for name, content, what in (
        ("song.mid", b"MThd\0\0\0\6\0\1\0\1\0\x60", "MIDI"),
        ("talk.ds2", b"\x03ds2" + bytes(600), "Olympus DS2"),
        ("list.m4a", b"#EXTM3U\n/etc/passwd\n", "M3U"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(AudioError, match=f"can't read {what}, which {name}"):
            load_audio(tmp_path / name)


def test_a_file_never_opens_another_one(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "secret.wav", sound(), RATE)
    secret = tmp_path / "secret.wav"
    lists = {
        "concat.m4a": f"ffconcat version 1.0\nfile '{secret.name}'\n",
        "live.mp4": f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{secret}\n#EXT-X-ENDLIST\n",
        "session.mov": f"v=0\nm=audio 0 RTP/AVP 0\na=control:file:{secret}\n",
        "dash.mkv": f'<?xml version="1.0"?><MPD><BaseURL>{secret}</BaseURL></MPD>',
    }
    for name, text in lists.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(AudioError):
            load_audio(tmp_path / name)


def test_without_ffmpeg_what_to_install_is_said_and_a_part_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memo = write(tmp_path, "memo.m4a")
    one = write(tmp_path, "one.ogg", "-c:a libvorbis").read_bytes()
    (tmp_path / "chain.ogg").write_bytes(one + one)
    monkeypatch.setattr(ffmpeg, "find", lambda: None)
    with pytest.raises(AudioError, match="install it"):
        load_audio(memo)
    assert "Only its beginning was heard" in told(load_audio(tmp_path / "chain.ogg"))
    (tmp_path / "text.txt").write_text("no sound " * 100)
    with pytest.raises(AudioError, match="not audio"):
        load_audio(tmp_path / "text.txt")


PROGRAMS = {
    "hangs": "import time; time.sleep(60)",
    "crashes": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "says nothing": "",
    "never ends": "import sys, struct\n"
    "w = sys.stdout.buffer.write\n"
    "w(b'RIFF' + bytes(4) + b'WAVEfmt ' + struct.pack('<IHHIIHH', 16, 3, 1, 16000, 64000, 4, 32))\n"
    "w(b'data' + bytes(4))\n"
    "sys.stderr.write('[info] Output #0, wav\\n'); sys.stderr.flush()\n"
    "while True: w(bytes(65536))",
    "hangs in the middle": "import sys, struct, time\n"
    "w = sys.stdout.buffer.write\n"
    "w(b'RIFF' + bytes(4) + b'WAVEfmt ' + struct.pack('<IHHIIHH', 16, 3, 1, 16000, 64000, 4, 32))\n"
    "w(b'data' + bytes(40000)); sys.stdout.flush()\n"
    "sys.stderr.write('[info] Output #0, wav\\n' + '[error] no\\n' * 100000); sys.stderr.flush()\n"
    "time.sleep(60)",
}


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script with a first line that says who runs it")
@pytest.mark.parametrize("fault", PROGRAMS)
def test_a_decoder_at_fault_is_one_files_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!{sys.executable}\n{PROGRAMS[fault]}\n")
    program.chmod(0o755)
    monkeypatch.setattr(ffmpeg, "find", lambda: program)
    monkeypatch.setattr(ffmpeg, "PATIENCE_S", 1.5)
    monkeypatch.setattr(ffmpeg, "MAX_MEMORY", 2**23)
    monkeypatch.setattr(ffmpeg, "_limit", lambda _: None)
    (tmp_path / "a.m4a").write_bytes(bytes(1_000))
    with pytest.raises(AudioError) as error:
        for _ in read_blocks(tmp_path / "a.m4a", RATE, 0.5):
            pass
    assert "\n" not in str(error.value)


@pytest.mark.skipif(sys.platform != "linux", reason="only there a running process can be bounded")
def test_a_decoder_gets_no_more_memory_than_it_may_have(tmp_path: Path) -> None:
    with ffmpeg.decoding(write(tmp_path, "memo.m4a", seconds=60.0)) as running:
        limits = Path(f"/proc/{running._process.pid}/limits").read_text()
    assert f"Max address space         {2 * 1024**3} " in limits
    assert "Max core file size        0                    0 " in limits, "nor leaves what it held on the disk"


@pytest.mark.skipif(os.name == "nt", reason="there a process group is asked for instead")
def test_a_ctrl_c_does_not_reach_the_decoder(tmp_path: Path) -> None:
    with ffmpeg.decoding(write(tmp_path, "memo.m4a", seconds=60.0)) as running:
        assert os.getsid(running._process.pid) != os.getsid(0)


def test_whoever_stops_reading_leaves_no_process_behind(tmp_path: Path) -> None:
    path = write(tmp_path, "memo.m4a", seconds=60.0)
    blocks = read_blocks(path, RATE, 0.5)
    next(blocks)
    with decode.opened(path) as recording:
        assert isinstance(recording, decode._ByFfmpeg)
        process = recording._running._process
        next(recording.blocks())
    blocks.close()
    assert process.poll() is not None
    before = time.monotonic()
    while any(thread.name.startswith("ffmpeg") for thread in __import__("threading").enumerate()):
        assert time.monotonic() - before < 10


def test_every_name_is_in_small_letters_and_there_once() -> None:
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in kinds.SUFFIXES)
    assert len(set(kinds.SUFFIXES)) == len(kinds.SUFFIXES)
    assert {Path(name).suffix for name in KINDS} <= set(kinds.SUFFIXES)


class Running:
    """Stands in for an ffmpeg that gives a second of silence in stereo at 8 kHz."""

    def __init__(self, **more: Any) -> None:
        self.sample_rate, self.channels, self.container, self.expected_s = 8_000, 2, "mov", None
        self.tracks: tuple[Track, ...] = (track(0),)
        self.track, self.faults, self.length_is_missing = 0, 0, False
        self.heard: tuple[int, int] | None = None
        self.read_s = 1.0
        self._left = 8_000
        self.asked: list[int] = []
        self.__dict__.update(more)

    def read(self, frames: int) -> np.ndarray:
        self.asked.append(frames)
        given = min(frames, self._left)
        self._left -= given
        return np.zeros((given, 2), np.float32)


def track(number: int, kind: str = "Audio", language: str = "") -> Track:
    return Track(number, kind, "aac", "mp4a", language, False)


def remarks(path: Path, size: int, expected_s: float | None = None, begins: bytes = b"", **more: Any) -> list[str]:
    """What is said at the end of a file of so many bytes."""
    path.write_bytes(begins.ljust(size, b"x"))
    recording = decode._ByFfmpeg(path, cast(ffmpeg.Decoding, Running(**more)))
    recording.expected_s = expected_s
    assert sum(len(block) for block in recording.going_on(None)) == 8_000
    return recording.remarks


@pytest.mark.parametrize(
    ("container", "begins", "least"),
    [
        ("mov", b"", 80_000 - 4_096 - 12 * 100),  # four fifths, less tags and what each packet costs
        ("mp3", b"", 100_000 - 1_500),
        ("aac", b"", 100_000 - 1_500),
        ("mp3", b"ID3\4\0\0\0\0\1\1", 100_000 - 1_500 - 139),
    ],
)
def test_most_of_a_file_of_one_stream_is_sound(tmp_path: Path, container: str, begins: bytes, least: int) -> None:
    def said(heard: int | None, **more: Any) -> list[str]:
        more = {"container": container, "heard": None if heard is None else (100, heard), **more}
        return remarks(tmp_path / "a", 100_000, begins=begins, **more)

    assert said(least) == []
    assert said(least - 1) == [f"Of its 100,000 bytes only {least - 1:,} were found to be sound."]
    assert said(None) == []
    assert said(0, tracks=(track(0), track(1, "Video"))) == [], "pictures take room"
    assert said(0, container="flac") == [], "whose frames have checksums"
    assert said(0, faults=3) == ["There were errors while decoding it (3); what could not be decoded was left out."]


@pytest.mark.parametrize(
    ("expected_s", "more", "says"),
    [
        (1.09, {}, False),
        (0.91, {}, False),
        (1.11, {}, True),
        (0.89, {}, True),
        (1.29, {"tracks": (track(0), track(1, "Video"))}, False),  # a film lasts as long as its pictures
        (1.31, {"tracks": (track(0), track(1, "Video"))}, True),
        (None, {}, False),
    ],
)
def test_what_a_file_lasts_may_be_rounded(
    tmp_path: Path, expected_s: float | None, more: dict[str, Any], says: bool
) -> None:
    sentence = f"The file says that it lasts {expected_s or 0:.1f} s; 1.0 s of sound are in it and were heard."
    assert remarks(tmp_path / "a", 10, expected_s, **more) == [sentence] * says


def test_a_missing_length_is_told_once(tmp_path: Path) -> None:
    sentence = "The file does not say how long it lasts, as it should; 1.0 s were heard."
    assert remarks(tmp_path / "a", 10, length_is_missing=True) == [sentence]
    assert remarks(tmp_path / "a", 10, 1.0, length_is_missing=True) == []


def test_which_of_several_sounds_was_heard(tmp_path: Path) -> None:
    several = (track(0, "Video"), track(2), track(3, "Audio", "eng"), track(5, "Subtitle"))
    assert remarks(tmp_path / "a", 10, tracks=several, track=3) == [
        "It has 2 sound tracks; number 2 was heard (AAC, eng)."
    ]
    assert remarks(tmp_path / "a", 10, tracks=several, track=2) == ["It has 2 sound tracks; number 1 was heard (AAC)."]
    assert remarks(tmp_path / "a", 10, tracks=several[:2], track=2) == []


def test_no_more_is_asked_of_ffmpeg_than_is_wanted() -> None:
    for wanted, asked in (
        *((None, [32_768, 32_768]), (5_000, [5_000]), (8_000, [8_000]), (0, []), (-1, [])),
        (70_000, [32_768, 32_768, 4_464]),
    ):
        running = Running(_left=100_000 if wanted == 70_000 else 8_000)
        list(decode._ByFfmpeg(Path("a"), cast(ffmpeg.Decoding, running)).going_on(wanted))
        assert running.asked == asked


WHOLE = headers.Mp3Frames(16_000, False, True)
PAGES = headers.OggPages(1, False, True)


@pytest.mark.parametrize(
    ("found", "by_ffmpeg", "breaks_off"),
    [
        # what the headers of a WAV file of a second are taken for -> who reads it, and whether its end is missing
        ({}, False, False),
        ({"mp3_frames": WHOLE}, False, False),
        ({"mp3_frames": replace(WHOLE, samples=16_000 + 4 * 1_152)}, False, False),  # what an encoder puts around it
        ({"mp3_frames": replace(WHOLE, samples=16_000 - 4 * 1_152)}, False, False),
        ({"mp3_frames": replace(WHOLE, samples=16_001 + 4 * 1_152)}, True, False),
        ({"mp3_frames": replace(WHOLE, samples=15_999 - 4 * 1_152)}, True, False),
        ({"mp3_frames": replace(WHOLE, damaged=True)}, True, False),
        ({"mp3_frames": replace(WHOLE, ended=False)}, False, True),
        ({"ogg_pages": PAGES}, False, False),
        ({"ogg_pages": replace(PAGES, streams=2)}, True, False),
        ({"ogg_pages": replace(PAGES, damaged=True)}, True, False),
        ({"ogg_pages": replace(PAGES, damaged=True, ended=False)}, True, False),
        ({"ogg_pages": replace(PAGES, ended=False)}, False, True),
        ({"film_is_cut": True}, False, True),
        ({"wav_data": headers.WavData(32_000, 32_000, False, 32_000)}, False, False),
        ({"wav_data": headers.WavData(32_000, 32_000, True, 32_000)}, True, False),
    ],
)
def test_who_reads_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: dict[str, Any], by_ffmpeg: bool, breaks_off: bool
) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(16_000), 16_000)
    asked: list[tuple[Path, bool]] = []

    @contextmanager
    def decoding(path: Path, start_s: float = 0.0, ignore_length: bool = False) -> Iterator[Running]:
        assert start_s == 0.0
        asked.append((path, ignore_length))
        yield Running()

    monkeypatch.setattr(ffmpeg, "decoding", decoding)
    for name in ("wav_data", "ogg_pages", "mp3_frames", "film_is_cut"):
        monkeypatch.setattr(headers, name, lambda _file, name=name: found.get(name))
    with decode.opened(tmp_path / "a.wav") as recording:
        assert isinstance(recording, decode._ByFfmpeg if by_ffmpeg else decode._ByLibsndfile)
        assert recording.breaks_off == breaks_off
        goes_on = by_ffmpeg and "wav_data" in found
        assert asked == ([(tmp_path / "a.wav", goes_on)] if by_ffmpeg else [])
        mp3 = found.get("mp3_frames")
        if not by_ffmpeg or goes_on:
            assert recording.expected_s == 1.0
        else:
            assert recording.expected_s == (None if mp3 is None or mp3.damaged else mp3.samples / 8_000)
    monkeypatch.setattr(ffmpeg, "find", lambda: None)
    with decode.opened(tmp_path / "a.wav") as recording:
        assert len(next(recording.blocks())) == 16_000
        list(recording.blocks())
    said = "Only its beginning was heard; the rest is read with ffmpeg, which is missing here."
    assert (said in recording.remarks) == by_ffmpeg


@pytest.mark.parametrize(("rest", "goes_on"), [(8_192, False), (8_193, True)])
def test_what_libflac_leaves_of_a_file_is_read_by_ffmpeg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: int, goes_on: bool
) -> None:
    soundfile.write(tmp_path / "a.flac", np.zeros(16_000), 16_000)
    asked: list[tuple[int, int | None, int]] = []
    monkeypatch.setattr(decode, "_unread", lambda _file: rest)
    monkeypatch.setattr(decode._ByLibsndfile, "_rest", lambda _self, *what: asked.append(what) or iter(()))
    with decode.opened(tmp_path / "a.flac") as recording:
        assert sum(len(block) for block in recording.blocks(0.25)) == 12_000
    assert asked == ([(16_000, None, 12_000)] if goes_on else [])


def test_a_file_without_samples_is_libsndfiles_and_one_whose_samples_it_does_not_see_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soundfile.write(tmp_path / "a.au", np.zeros(0), 16_000)
    for unread, by_ffmpeg in ((0, False), (1, True)):
        monkeypatch.setattr(decode, "_unread", lambda _file, unread=unread: unread)
        monkeypatch.setattr(ffmpeg, "decoding", lambda *_, **__: nullcontext(Running()))
        with decode.opened(tmp_path / "a.au") as recording:
            assert isinstance(recording, decode._ByFfmpeg) == by_ffmpeg


def test_a_stretch_of_many_blocks_ends_at_its_sample(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(150_000, np.int16), RATE)
    with decode.opened(tmp_path / "a.wav") as recording:
        assert [len(block) for block in recording.blocks(1.0, 1.0 + 100_000 / RATE)] == [65_536, 34_464]
    assert recording.remarks == []


def test_where_libsndfile_stumbles_ffmpeg_goes_on_to_the_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(150_000, np.int16), RATE)
    real, asked = soundfile.SoundFile.read, []

    def stumbles(sound_file: soundfile.SoundFile, frames: int, **more: Any) -> np.ndarray:
        if sound_file.tell() > 50_000:
            raise RuntimeError("damaged")
        found: np.ndarray = real(sound_file, frames, **more)
        return found

    running = Running(sample_rate=RATE, channels=1, _left=70_000)

    def decoding(path: Path, start_s: float) -> Any:
        asked.append((path.name, start_s * RATE))
        return nullcontext(running)

    monkeypatch.setattr(soundfile.SoundFile, "read", stumbles)
    monkeypatch.setattr(ffmpeg, "decoding", decoding)
    with decode.opened(tmp_path / "a.wav") as recording:
        assert sum(len(block) for block in recording.blocks(1.0, 1.0 + 100_000 / RATE)) == 100_000
    assert asked == [("a.wav", pytest.approx(RATE + 65_536))]
    assert running.asked == [34_464]


def test_what_is_unread_is_counted_and_nothing_is_moved(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(100))
    with (tmp_path / "a").open("rb", buffering=0) as file:
        file.seek(40)
        assert [decode._unread(file) for _ in range(2)] == [60, 60]
        assert file.tell() == 40


def test_an_aiff_that_was_cut_is_told(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.aiff", sound(), RATE)
    assert load_audio(tmp_path / "a.aiff").remarks == ()
    whole = (tmp_path / "a.aiff").read_bytes()
    (tmp_path / "a.aiff").write_bytes(whole[: len(whole) // 2])
    assert load_audio(tmp_path / "a.aiff").remarks == ("The end of the file is missing: it breaks off after 1.0 s.",)


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script with a first line that says who runs it")
def test_a_decoder_that_gives_no_more_and_does_not_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\nexec sleep 30 >&-\n")
    program.chmod(0o755)
    monkeypatch.setattr(ffmpeg, "find", lambda: program)
    monkeypatch.setattr(ffmpeg, "PATIENCE_S", 0.2)
    (tmp_path / "a.m4a").write_bytes(bytes(1_000))
    with pytest.raises(AudioError, match="is damaged and can't be decoded"):
        load_audio(tmp_path / "a.m4a")


def test_only_a_file_of_no_bytes_is_empty(tmp_path: Path) -> None:
    for content, says in ((b"", "is empty"), (b"x", "is not audio that can be read")):
        (tmp_path / "a.wav").write_bytes(content)
        with pytest.raises(AudioError, match=says):
            probe(tmp_path / "a.wav")


def test_a_stretch_is_read_to_the_sample_whoever_reads_it(tmp_path: Path) -> None:
    samples = np.arange(16_000, dtype=np.float32) / 16_000
    soundfile.write(tmp_path / "a.wav", samples, 16_000, subtype="FLOAT")
    encode("-i", str(tmp_path / "a.wav"), "-c:a", "wavpack", str(tmp_path / "a.wv"))
    for name in ("a.wav", "a.wv"):
        for start_s, end_s in ((0.0, 0.25), (0.25, 0.75), (0.5, None), (0.5, 3.0)):
            with decode.opened(tmp_path / name) as recording:
                heard = np.concatenate(list(recording.blocks(start_s, end_s)))[:, 0]
            assert recording.remarks == []
            last = 16_000 if end_s is None else round(16_000 * end_s)
            assert heard == pytest.approx(samples[round(16_000 * start_s) : last], abs=1e-4)
