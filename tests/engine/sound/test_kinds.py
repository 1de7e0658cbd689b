"""What sound is called that can't be read, by a container's tag and ffmpeg's name."""

import pytest

from desktop_app.engine.sound.kinds import codec_name


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
def test_people_know_it_by_its_name(codec: str, tag: str, name: str) -> None:
    assert codec_name(codec, tag) == name
