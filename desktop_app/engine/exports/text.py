"""Formats words and numbers for the exporters."""

import re

from desktop_app.engine.recognition.answer import Probabilities

# characters that XML 1.0 can't hold, even escaped: control characters and unpaired surrogates
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def valid_xml(text: str) -> str:
    """`text` with the replacement character in place of characters that XML can't hold."""
    return _NOT_XML.sub("\ufffd", text)


def one_line(text: str) -> str:
    """`text` with every run of white space, including line breaks and tabs, replaced by one space."""
    return " ".join(text.split())


def percent(probability: float) -> str:
    """0.834 -> "83 %"."""
    return f"{round(probability * 100)} %"


def spelled_out(probabilities: Probabilities) -> str:
    """ "angry 0.83, happy 0.10, ...", the most probable first."""
    ordered = sorted(probabilities.items(), key=lambda item: -item[1])
    return ", ".join(f"{one_line(label)} {p:.2f}" for label, p in ordered)
