"""Makes text from files and packs safe to print: control characters and invisible ones are escaped."""

import re

# control characters, line and paragraph separators, and characters that change the direction of writing
_OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """`text` on one line, with control characters escaped (ESC as \\x1b), so that they don't affect the terminal."""
    return _OBEYED.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def told(path: object, reason: object) -> str:
    """The lines that say why a recording was not used."""
    return f"{plain(str(path))}\n  {plain(str(reason))}"


def clock(seconds: float) -> str:
    """A duration to show to a user: "3.2 s", "7 s" for a whole number, "1:03", "1:01:03"."""
    if seconds < 60:
        return f"{seconds} s" if isinstance(seconds, int) else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
