"""Names for audio formats that can't be read, by the container's tag and ffmpeg's name."""

from pathlib import Path

import pytest

from desktop_app.engine.sound.kinds import by_beginning, codec_name, not_audio


@pytest.mark.parametrize(
    ("codec", "tag", "name"),
    [
        ("aac", "", "AAC"),
        ("none", "AC-4", "Dolby AC-4"),
        ("none", "mhm1", "MPEG-H 3D Audio"),
        ("aac", "mhm1", "MPEG-H 3D Audio"),
        ("none", "xyz9", "xyz9"),
        ("unknown", "", "sound of an unknown kind"),
        ("pcm_s16le", "sowt", "PCM S16LE"),
    ],
)
def test_codecs_have_the_names_that_people_know(codec: str, tag: str, name: str) -> None:
    assert codec_name(codec, tag) == name


def test_how_files_begin_that_cant_be_read(tmp_path: Path) -> None:
    """As their makers publish it; what follows differs from file to file."""
    for begins, what in (
        (b"MThd\0\0\0\6", "MIDI"),
        (b"\x03ds2", "Olympus DS2"),
        (b"\x07ds2", "Olympus DS2"),
        (b"#!SILK_V3", "SILK"),
        (b"\x02#!SILK_V3", "SILK"),
        (b"\xac\x40", "Dolby AC-4"),
        (b"\xac\x41", "Dolby AC-4"),
        (b"#EXTM3U\n", "M3U"),
        (b"[playlist]\n", "PLS"),
        (b"ffconcat version 1.0\n", "a list of files"),
    ):
        (tmp_path / "a.wav").write_bytes(begins + bytes(range(100)))
        assert by_beginning(tmp_path / "a.wav") == what
    (tmp_path / "a.wav").write_bytes(bytes(100) + b"MThd")
    assert by_beginning(tmp_path / "a.wav") is None
    assert by_beginning(tmp_path / "missing.wav") is None


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("song.MID", b"?", "VoiceKin can't read MIDI, which song.MID is stored in"),
        ("book.aax", b"?", "can't read Audible"),
        ("song.wav", b"MThd", "can't read MIDI"),
        ("clip.wav", b"?", "clip.wav is not audio that can be read"),
    ],
)
def test_what_a_file_seems_to_be_is_said(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert says in str(not_audio(tmp_path / name))
