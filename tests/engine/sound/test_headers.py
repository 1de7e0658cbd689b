"""Frames of MPEG sound by their headers, from the tables of the standard."""

from pathlib import Path

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
    "header", [b"\xff\xeb\x90", b"\xff\xf9\x90", b"\xff\xfb\x00", b"\xff\xfb\xf0", b"\xff\xfb\x9c"]
)
def test_what_the_standard_reserves_is_no_frame(header: bytes, tmp_path: Path) -> None:
    """A version, a layer, a free and a bad bit rate, a sampling rate."""
    (tmp_path / "a.mp3").write_bytes(header + b"\xaa" * 2000)
    with (tmp_path / "a.mp3").open("rb") as file:
        assert mp3_frames(file) is None
