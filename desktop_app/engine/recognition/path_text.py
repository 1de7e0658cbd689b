"""How a path is written where only text can stand: names that are no UTF-8 stay apart, and the way back is exact.

On Linux a name is bytes, and Python holds those that are no UTF-8 as halves of surrogate pairs, which no UTF-8 file can
hold. They are written as `\\xNN`, and a backslash that would read as one of these is itself written `\\x5c`.
"""

import re

_HALVES = re.compile("[\ud800-\udfff]")
_READS_AS_ESCAPE = re.compile(r"\\(?=x[0-9a-f]{2}|ud[89a-f][0-9a-f]{2})")
_ESCAPE = re.compile(r"\\x([0-9a-f]{2})|\\u(d[89a-f][0-9a-f]{2})")


def path_text(path: str) -> str:
    """`path` as text that any encoding of Unicode holds; most paths as they are."""
    escaped = _READS_AS_ESCAPE.sub(r"\\x5c", path)
    return _HALVES.sub(_written, escaped)


def path_of(text: str) -> str:
    """The path that `path_text` wrote."""
    return _ESCAPE.sub(_read, text)


def _written(half: re.Match[str]) -> str:
    code = ord(half[0])
    # 0xDC80 to 0xDCFF stand for one byte each (PEP 383); others are of a name on Windows
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def _read(escape: re.Match[str]) -> str:
    if escape[2]:
        return chr(int(escape[2], 16))
    byte = int(escape[1], 16)
    return chr(0xDC00 + byte) if byte >= 0x80 else chr(byte)
