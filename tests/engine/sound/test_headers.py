"""Frames of MPEG sound by their headers, from the tables of the standard."""

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app.engine.sound import headers
from desktop_app.engine.sound.headers import mp3_frames

FRAMES = {
    "MPEG 1, layer 3, 128 kbit/s, 44.1 kHz": (b"\xff\xfb\x90\x00", 417, 1152),
    "the same, padded": (b"\xff\xfb\x92\x00", 418, 1152),
    "MPEG 1, layer 3, 320 kbit/s, 48 kHz": (b"\xff\xfb\xe4\x00", 960, 1152),
    "MPEG 1, layer 3, 32 kbit/s, 32 kHz": (b"\xff\xfb\x18\x00", 144, 1152),
    "MPEG 2, layer 3, 64 kbit/s, 22.05 kHz": (b"\xff\xf3\x80\x00", 208, 576),
    "MPEG 2.5, layer 3, 8 kbit/s, 8 kHz": (b"\xff\xe3\x18\x00", 72, 576),
    "MPEG 1, layer 2, 192 kbit/s, 48 kHz": (b"\xff\xfd\xa4\x00", 576, 1152),
    "MPEG 2, layer 2, 64 kbit/s, 24 kHz": (b"\xff\xf5\x84\x00", 384, 1152),
    "MPEG 1, layer 1, 32 kbit/s, 44.1 kHz": (b"\xff\xff\x10\x00", 32, 384),
    "MPEG 1, layer 1, 448 kbit/s, 32 kHz, padded": (b"\xff\xff\xea\x00", 676, 384),
    "MPEG 2, layer 1, 32 kbit/s, 16 kHz": (b"\xff\xf7\x18\x00", 96, 384),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_is_as_long_as_the_standard_says(name: str, tmp_path: Path) -> None:
    header, length, samples = FRAMES[name]
    frame = header + b"\xaa" * (length - len(header))
    path = tmp_path / "a.mp3"
    for tag in (b"", b"TAG" + b"name" * 31):
        path.write_bytes(frame * 5 + tag)
        with path.open("rb") as file:
            found = mp3_frames(file)
        assert found is not None
        assert (found.samples, found.damaged, found.ended) == (5 * samples, False, True)
    path.write_bytes((frame * 5)[:-1])
    with path.open("rb") as file:
        cut = mp3_frames(file)
    assert cut is not None
    assert not cut.ended


@pytest.mark.parametrize(
    ("behind", "damaged", "ended"),
    [
        (b"", False, True),
        (bytes(299), False, True),  # padding
        (bytes(300), False, False),  # a download that broke off, in a file that had its size before
        (b"TAG" + b"name" * 31, False, True),
        (b"APETAGEX" + bytes(100), False, True),
        (b"LYRICSBEGIN" + bytes(100), False, True),
        (b"no frame and no tag", True, True),
        (bytes(20) + b"no padding", True, True),
        (bytes(40) + b"a tag of nobody's", False, True),  # what stands 32 bytes behind is not looked at
        (b"\xff\xfb\x90", True, True),  # three bytes are no header
        (b"x", True, True),
    ],
)
def test_what_stands_behind_the_last_frame(tmp_path: Path, behind: bytes, damaged: bool, ended: bool) -> None:
    header, length, samples = FRAMES["MPEG 1, layer 3, 128 kbit/s, 44.1 kHz"]
    (tmp_path / "a.mp3").write_bytes((header + b"\xaa" * (length - 4)) * 3 + behind)
    with (tmp_path / "a.mp3").open("rb") as file:
        assert headers.mp3_frames(file) == headers.Mp3Frames(3 * samples, damaged, ended)


def test_a_frame_is_cut_from_its_fourth_byte_on(tmp_path: Path) -> None:
    header, length, samples = FRAMES["MPEG 1, layer 3, 128 kbit/s, 44.1 kHz"]
    frame = header + b"\xaa" * (length - 4)
    for end, n, ended in ((4, 3, False), (length - 1, 3, False), (length, 3, True)):
        (tmp_path / "a.mp3").write_bytes(frame * 2 + frame[:end])
        with (tmp_path / "a.mp3").open("rb") as file:
            assert headers.mp3_frames(file) == headers.Mp3Frames(n * samples, False, ended)


def test_frames_are_looked_for_behind_the_tag(tmp_path: Path) -> None:
    header, length, samples = FRAMES["MPEG 1, layer 3, 128 kbit/s, 44.1 kHz"]
    frame = header + b"\xaa" * (length - 4)
    for before, found in (
        (b"ID3\4\0\0\0\0\0\7" + bytes(7), True),
        (b"ID3\4\0\0\0\0\0\7" + bytes(6), False),
        (b"x", False),
    ):
        (tmp_path / "a.mp3").write_bytes(before + frame * 2)
        with (tmp_path / "a.mp3").open("rb") as file:
            wanted = headers.Mp3Frames(2 * samples, False, True) if found else None
            assert headers.mp3_frames(file) == wanted


@pytest.mark.parametrize(
    ("head", "length"),
    [
        (b"ID3\4\0\0\0\0\0\0", 10),
        (b"ID3\4\0\0\0\0\1\1", 10 + 128 + 1),  # seven bits in each byte
        (b"ID3\4\0\0\1\1\0\0", 10 + (1 << 21) + (1 << 14)),
        (b"ID3\4\0\x10\0\0\0\1", 10 + 1 + 10),  # with a footer
        (b"ID3\4\0\xe0\0\0\0\1", 10 + 1),
        (b"ID3\4\0\0\0\0", 0),
        (b"TAG\4\0\0\0\0\0\1", 0),
    ],
)
def test_how_long_a_tag_is(tmp_path: Path, head: bytes, length: int) -> None:
    (tmp_path / "a.mp3").write_bytes(head)
    with (tmp_path / "a.mp3").open("rb") as file:
        assert headers.id3_bytes(file) == length


FMT = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 16_000, 32_000, 2, 16)
UNKNOWN = b"\xff\xff\xff\xff"


def chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a RIFF file, padded to an even length."""
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        # the bytes that are declared and there, and whether samples go on
        (FMT + chunk(b"data", bytes(100)), (100, 100, False)),
        (chunk(b"odd ", b"odd") + FMT + chunk(b"data", bytes(100)), (100, 100, False)),
        (FMT + b"data" + struct.pack("<I", 200) + bytes(100), (200, 100, False)),
        (FMT + chunk(b"data", bytes(100)) + chunk(b"LIST", b"odd"), (100, 112, False)),
        (FMT + chunk(b"data", bytes(101)) + chunk(b"id3 ", b"even"), (101, 114, False)),
        (FMT + chunk(b"data", bytes(100)) + bytes(8), (100, 108, False)),  # padding
        (FMT + chunk(b"data", bytes(100)) + bytes(9), (100, 109, True)),
        (FMT + chunk(b"data", bytes(100)) + chunk(b"LIST", b"even") + bytes(9), (100, 121, True)),
        (FMT + chunk(b"data", bytes(100)) + b"bext" + struct.pack("<I", 999) + b"cut", (100, 111, False)),
        (FMT + chunk(b"data", bytes(100)) + b"abcd" + struct.pack("<I", 999) + b"cut", (100, 111, True)),
        (FMT + chunk(b"data", bytes(100)) + chunk(b"abcd", b"even"), (100, 112, False)),
        (FMT + chunk(b"data", bytes(100)) + chunk(b"ab\x1fd", b"even"), (100, 112, True)),
        (FMT + b"data" + UNKNOWN + bytes(100), (None, 100, False)),
        (chunk(b"ds64", struct.pack("<QQ", 0, 80)) + FMT + b"data" + UNKNOWN + bytes(100), (80, 100, True)),
        (chunk(b"ds64", struct.pack("<QQ", 0, 0)) + FMT + b"data" + UNKNOWN + bytes(100), (None, 100, False)),
        (FMT + chunk(b"LIST", b"none"), None),
        (FMT[:14], None),  # cut in the middle of what is read of it
        (chunk(b"ds64", b"even") + FMT, None),
        (b"ds64" + struct.pack("<I", 28) + bytes(12), None),
        (FMT + b"data" + b"\0\0\0", None),
        (FMT + chunk(b"data", b""), (0, 0, False)),
        (FMT + chunk(b"data", bytes(100)) + bytes(7), (100, 107, False)),
        (FMT + chunk(b"data", bytes(100)) + chunk(b"\x7fbcd", b"even"), (100, 112, True)),
        (FMT + chunk(b"data", bytes(100)) + chunk(b"    ", b"even"), (100, 112, False)),
        (FMT + chunk(b"data", bytes(100)) + b"abcd" + struct.pack("<I", 4) + b"cut", (100, 111, False)),
        (FMT + chunk(b"data", bytes(100)) + b"abcd" + struct.pack("<I", 6) + b"cut", (100, 111, True)),
        (FMT + chunk(b"data", bytes(100)) + chunk(b"LIST", bytes(2)) + chunk(b"abcd", bytes(3)), (100, 122, False)),
        (FMT, None),
    ],
)
def test_where_the_samples_of_a_wav_end(
    tmp_path: Path, content: bytes, found: tuple[int | None, int, bool] | None
) -> None:
    for kind in (b"RIFF", b"RF64", b"BW64", b"RIFX"):
        (tmp_path / "a.wav").write_bytes(kind + UNKNOWN + b"WAVE" + content)
        with (tmp_path / "a.wav").open("rb") as file:
            wav = headers.wav_data(file)
        if found is None or kind == b"RIFX":
            assert wav is None
        else:
            assert wav is not None
            assert (wav.declared, wav.present, wav.goes_on) == found
            assert wav.declared_s == (None if found[0] is None else found[0] / 32_000)


def test_a_film_that_is_cut_says_that_it_is_longer(tmp_path: Path) -> None:
    for kind, declared, cut in ((b"AVI ", 92, False), (b"AVI ", 93, True), (b"WAVE", 93, False)):
        (tmp_path / "a.avi").write_bytes(b"RIFF" + struct.pack("<I", declared) + kind + bytes(88))
        with (tmp_path / "a.avi").open("rb") as file:
            assert headers.film_is_cut(file) is cut
    (tmp_path / "a.avi").write_bytes(b"RIFF")
    with (tmp_path / "a.avi").open("rb") as file:
        assert not headers.film_is_cut(file)


def test_libsndfiles_words_for_a_file_that_was_cut() -> None:
    assert headers.log_tells_cut("FORM : 900 (should be 500)")
    assert not headers.log_tells_cut("FORM : 500 (should be 500)")
    assert not headers.log_tells_cut("FORM : 400 (should be 500)")
    assert not headers.log_tells_cut("data : 4294967295 (should be 500)"), "the length of a recorder that runs"
    assert headers.log_tells_cut("FORM : 400 (should be 500)\ndata : 900 (should be 500)")


@pytest.mark.parametrize("second", [0xFB, 0xFD, 0xFF, 0xF3, 0xF5, 0xF7])
@pytest.mark.parametrize("rate", [0, 1, 2])
def test_every_frame_is_as_long_as_for_its_decoder(second: int, rate: int, tmp_path: Path) -> None:
    """Of each version, layer, bit rate and sampling rate: mpg123 finds the next frame where ours is said to end."""
    for kbits in range(1, 15):
        header = bytes((0xFF, second, kbits << 4 | rate << 2, 0xC0))  # one channel
        length, samples = headers._MP3_FRAMES[header[:3]]
        (tmp_path / "a.mp3").write_bytes((header + bytes(length - 4)) * 12)
        assert soundfile.info(tmp_path / "a.mp3").frames == 12 * samples, kbits


@pytest.mark.parametrize(
    "header",
    [
        b"\xff\xdb\x90",
        b"\xff\x7b\x90",
        b"\xfe\xfb\x90",
        b"\xff\xeb\x90",
        b"\xff\xf9\x90",
        b"\xff\xfb\x00",
        b"\xff\xfb\xf0",
        b"\xff\xfb\x9c",
    ],
)
def test_what_the_standard_reserves_is_no_frame(header: bytes, tmp_path: Path) -> None:
    """A version, a layer, a free and a bad bit rate, a sampling rate."""
    (tmp_path / "a.mp3").write_bytes(header + b"\xaa" * 2000)
    with (tmp_path / "a.mp3").open("rb") as file:
        assert mp3_frames(file) is None


def test_a_bit_rate_of_a_wav_that_is_not_said_gives_no_length(tmp_path: Path) -> None:
    for content in (chunk(b"data", bytes(100)), FMT[:16] + bytes(8) + chunk(b"data", bytes(100))):
        (tmp_path / "a.wav").write_bytes(b"RIFF" + UNKNOWN + b"WAVE" + content)
        with (tmp_path / "a.wav").open("rb") as file:
            wav = headers.wav_data(file)
        assert wav is None or wav.declared_s is None


POLYNOMIAL = 0x04C11DB7


def ogg_page(body: bytes, flags: int = 0, serial: int = 7, wrong: int = 0) -> bytes:
    """A page by RFC 3533: its checksum bit by bit, with no inversion before or after."""
    lacing = bytes([255] * (len(body) // 255) + [len(body) % 255])
    page = struct.pack("<4sBBqIII", b"OggS", 0, flags, 0, serial, 0, 0) + bytes([len(lacing)]) + lacing + body
    checksum = 0
    for byte in page:
        checksum ^= byte << 24
        for _ in range(8):
            checksum = (checksum << 1 ^ (POLYNOMIAL if checksum & 1 << 31 else 0)) & 0xFFFFFFFF
    return page[:22] + struct.pack("<I", checksum ^ wrong) + page[26:]


FIRST, MIDDLE, LAST = ogg_page(b"first", 2), ogg_page(bytes(range(256)) * 3), ogg_page(b"", 4)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        # how many streams there are, whether it is damaged, and whether the end is there
        (FIRST + MIDDLE + LAST, (1, False, True)),
        (FIRST + MIDDLE, (1, False, False)),
        (FIRST + MIDDLE + LAST + MIDDLE, (1, False, False)),
        (FIRST + MIDDLE + LAST + FIRST + MIDDLE + LAST, (2, False, True)),
        (FIRST + ogg_page(b"another", 2, 8) + MIDDLE + LAST, (2, False, True)),
        (ogg_page(b"all in one", 2 | 4), (1, False, True)),
        (MIDDLE + LAST, (0, False, True)),
        (FIRST + ogg_page(b"x", 1) + LAST, (1, False, True)),
        (FIRST + ogg_page(b"x", wrong=1) + LAST, (1, True, False)),
        (FIRST + LAST + ogg_page(b"x", wrong=1 << 31), (1, True, True)),
        (FIRST + b"junk" + MIDDLE + LAST, (1, True, False)),
        (FIRST + LAST + b"x", (1, True, True)),
        (FIRST + MIDDLE[:4], (1, False, False)),
        (FIRST + MIDDLE[:26], (1, False, False)),
        (FIRST + MIDDLE[:27], (1, False, False)),
        (FIRST + MIDDLE[:28], (1, False, False)),
        (FIRST + LAST[:-1], (1, False, False)),
        (FIRST + MIDDLE[:-1], (1, False, False)),
        (FIRST + LAST + LAST[:-1], (1, False, False)),
        (b"OggT" + FIRST, None),
        (b"", (0, False, False)),
    ],
)
def test_what_the_pages_of_an_ogg_file_say(
    tmp_path: Path, content: bytes, found: tuple[int, bool, bool] | None
) -> None:
    (tmp_path / "a.ogg").write_bytes(content)
    with (tmp_path / "a.ogg").open("rb") as file:
        pages = headers.ogg_pages(file)
    assert pages == (None if found is None else headers.OggPages(*found))


def test_what_libvorbis_writes_is_whole_and_a_changed_byte_is_seen_anywhere(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.ogg", np.random.default_rng(0).normal(0, 0.1, 8_000), 16_000)
    whole = (tmp_path / "a.ogg").read_bytes()
    with (tmp_path / "a.ogg").open("rb") as file:
        assert headers.ogg_pages(file) == headers.OggPages(1, False, True)
    for at in range(30, len(whole), len(whole) // 20):
        (tmp_path / "b.ogg").write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with (tmp_path / "b.ogg").open("rb") as file:
            found = headers.ogg_pages(file)
        assert found is not None
        assert found.damaged or not found.ended
