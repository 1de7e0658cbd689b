"""JSON lines: the object that `voicekin classify --json` prints, one a line."""

import json
from collections.abc import Sequence

from desktop_app.engine.recognition.answer import Outcome


def json_line(outcome: Outcome) -> str:
    """One object on one line, without the line's end; non-ASCII as it is."""
    return json.dumps(outcome.as_json(), ensure_ascii=False, allow_nan=False)


def json_lines(outcomes: Sequence[Outcome]) -> bytes:
    """All outcomes, failures among them, as UTF-8."""
    return "".join(json_line(outcome) + "\n" for outcome in outcomes).encode("utf-8", "backslashreplace")
