"""JSON lines: on each line an object as `voicekin classify --json` prints it."""

import json
from collections.abc import Sequence

from desktop_app.engine.recognition.answer import Outcome


def json_line(outcome: Outcome) -> str:
    """The object on one line, without a line break; non-ASCII characters are not escaped."""
    return json.dumps(outcome.as_json(), ensure_ascii=False, allow_nan=False)


def json_lines(outcomes: Sequence[Outcome]) -> bytes:
    """All outcomes, including failures, as UTF-8."""
    return "".join(json_line(outcome) + "\n" for outcome in outcomes).encode("utf-8", "backslashreplace")
