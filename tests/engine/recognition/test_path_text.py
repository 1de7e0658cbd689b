"""File names that are not valid text are written as text, stay distinct, and can be restored byte for byte."""

import os
from itertools import product

import pytest

from desktop_app.engine.recognition.path_text import path_of, path_text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/home/zoë/clip 1.wav", "/home/zoë/clip 1.wav"),
        ("a\udc80b", r"a\x80b"),  # the least byte that is no text
        ("a\udcffb", r"a\xffb"),  # and the largest
        ("a\udc7f", r"a\udc7f"),
        ("a\udd00", r"a\udd00"),
        ("a\ud800", r"a\ud800"),
        (r"C:\x\clip.wav", r"C:\x\clip.wav"),
        (r"C:\xff.wav", r"C:\x5cxff.wav"),  # a backslash that would read as an escape
        (r"C:\ud8ff.wav", r"C:\x5cud8ff.wav"),
        (r"C:\u00e9.wav", r"C:\u00e9.wav"),
    ],
)
def test_by_hand(path: str, text: str) -> None:
    assert path_text(path) == text
    assert path_of(text) == path
    assert text.encode("utf-8").decode("utf-8") == text


def test_every_byte_comes_back_and_no_two_names_are_written_alike() -> None:
    names = [os.fsdecode(bytes([47, byte, 46])) for byte in range(1, 256)]
    names += ["".join(parts) for parts in product(["\\", "x", "5c", "ff", "\udcff", "ud8ff"], repeat=4)]
    written = [path_text(name) for name in names]
    assert [path_of(text) for text in written] == names
    assert len(set(written)) == len(set(names))
