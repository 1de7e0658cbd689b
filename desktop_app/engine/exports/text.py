"""Words and numbers as the exporters spell them."""

import re

from desktop_app.engine.recognition.answer import Probabilities

# what XML 1.0 can't hold, even escaped: control characters and halves of surrogate pairs
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def valid_xml(text: str) -> str:
    """`text` with the replacement character for what XML can't hold."""
    return _NOT_XML.sub("\ufffd", text)


def one_line(text: str) -> str:
    """`text` with every run of white space (line ends and tabs among it) as one space."""
    return " ".join(text.split())


def percent(probability: float) -> str:
    """0.834 -> "83 %"."""
    return f"{round(probability * 100)} %"


def spelled_out(probabilities: Probabilities) -> str:
    """ "angry 0.83, happy 0.10, ...", the most probable first."""
    ordered = sorted(probabilities.items(), key=lambda item: -item[1])
    return ", ".join(f"{one_line(label)} {p:.2f}" for label, p in ordered)
