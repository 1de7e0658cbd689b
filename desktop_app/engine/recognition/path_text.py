"""Converts paths to text and back without loss, even if a file name is not valid UTF-8.

On Linux a file name is bytes. Python represents those that are not valid UTF-8 as unpaired surrogates, which can't be
written to a UTF-8 file. They are written as `\\xNN`, and a backslash that could be read as such an escape as `\\x5c`.
"""

import re

_HALVES = re.compile("[\ud800-\udfff]")
_READS_AS_ESCAPE = re.compile(r"\\(?=x[0-9a-f]{2}|ud[89a-f][0-9a-f]{2})")
_ESCAPE = re.compile(r"\\x([0-9a-f]{2})|\\u(d[89a-f][0-9a-f]{2})")


def path_text(path: str) -> str:
    """`path` as valid Unicode text; most paths are unchanged."""
    escaped = _READS_AS_ESCAPE.sub(r"\\x5c", path)
    return _HALVES.sub(_written, escaped)


def path_of(text: str) -> str:
    """Reverses `path_text`."""
    return _ESCAPE.sub(_read, text)


def _written(half: re.Match[str]) -> str:
    code = ord(half[0])
    # 0xDC80 to 0xDCFF stand for one byte each (PEP 383); others occur in names on Windows
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def _read(escape: re.Match[str]) -> str:
    if escape[2]:
        return chr(int(escape[2], 16))
    byte = int(escape[1], 16)
    return chr(0xDC00 + byte) if byte >= 0x80 else chr(byte)
