"""Text from files and packs for a terminal: what a terminal would obey, or what would hide, is spelled out."""

import re

# control characters, line and paragraph separators, and what turns the direction of writing around
_OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """`text` on one line, e.g. with an escape character as \\x1b, which can then do nothing to the terminal."""
    return _OBEYED.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def told(path: object, reason: object) -> str:
    """The lines that tell why a recording was not taken."""
    return f"{plain(str(path))}\n  {plain(str(reason))}"


def clock(seconds: float) -> str:
    """A duration for people: "3.2 s", "7 s" of a whole number, "1:03", "1:01:03"."""
    if seconds < 60:
        return f"{seconds} s" if isinstance(seconds, int) else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
