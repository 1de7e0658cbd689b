"""CSV: one row per recording, or one row per segment.

A cell that a spreadsheet would take for a formula, or that begins with an apostrophe, gets an apostrophe in front. To
read the table, remove one leading apostrophe from each cell; `path_text.path_of` restores a path.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from desktop_app.engine.exports.stretches import stretches
from desktop_app.engine.recognition.answer import OR, Failure, Outcome, Recognition
from desktop_app.engine.recognition.path_text import path_text

# With the byte order mark, Excel reads the file as UTF-8; LibreOffice, pandas and readr know it too.
ENCODING = "utf-8-sig"

# as OWASP lists them; our numbers are never negative
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def recordings_csv(outcomes: Sequence[Outcome]) -> bytes:
    """One row per recording: path, error, times, label, label set ("angry or happy"), confidence, abstained and the
    reason, remarks, novelty, `p_LABEL` for each label, and one column for each dimension (arousal and so on) if the
    pack has any.
    """
    return _csv(recordings_table(outcomes))


def segments_csv(outcomes: Sequence[Outcome]) -> bytes:
    """One row per segment: path, segment (from 1), start_s, end_s, speaker (a name, or empty), label, label_set,
    confidence, `p_LABEL` for each label.

    A recording without an answer has no row.
    """
    labels = _labels(outcomes)
    header = [
        "path",
        "segment",
        "start_s",
        "end_s",
        "speaker",
        "label",
        "label_set",
        "confidence",
        *(f"p_{label}" for label in labels),
    ]
    rows = [header]
    for recognition in outcomes:
        if isinstance(recognition, Failure):
            continue
        for number, s in enumerate(stretches(recognition), start=1):
            times = [f"{s.start_ms / 1000:.3f}", f"{s.end_ms / 1000:.3f}"]
            shares = [_number(s.probabilities.get(label)) for label in labels]
            rows.append(
                [
                    path_text(recognition.path),
                    str(number),
                    *times,
                    s.speaker,
                    s.label,
                    OR.join(s.label_set),
                    _number(s.confidence),
                    *shares,
                ]
            )
    return _csv(rows)


def recordings_table(outcomes: Sequence[Outcome]) -> list[list[str]]:
    """The rows of `recordings_csv`, the header first."""
    labels = _labels(outcomes)
    head = [
        "path",
        "error",
        "duration_s",
        "speech_s",
        "label",
        "label_set",
        "confidence",
        "abstained",
        "abstained_because",
        "remarks",
    ]
    head += ["novelty", "segments", "speakers", "voice", "voice_name", "voice_heard"]
    head += ["pack", "k", "alpha", "own_examples"]
    dimensions = _dimensions(outcomes)
    head += [*(f"p_{label}" for label in labels), *dimensions]
    rows = [head]
    for outcome in outcomes:
        if isinstance(outcome, Failure):
            rows.append([path_text(outcome.path), path_text(outcome.error), *[""] * (len(head) - 2)])
            continue
        rows.append(
            [
                path_text(outcome.path),
                "",
                f"{outcome.duration_s:.3f}",
                f"{outcome.speech_s:.3f}",
                outcome.label,
                OR.join(outcome.label_set),
                _number(outcome.confidence),
                "yes" if outcome.abstained else "no",
                outcome.abstained_because,
                " ".join(outcome.remarks),
                _number(outcome.novelty),
                str(len(outcome.segments)),
                str(len(outcome.speakers) or ""),
                *_rests_on(outcome),
                *(_number(outcome.probabilities.get(label)) for label in labels),
                *(_number(outcome.dimensions.get(name)) for name in dimensions),
            ]
        )
    return rows


def _rests_on(answer: Recognition) -> tuple[str, ...]:
    on = answer.rests_on
    heard = str(on.voice.heard) if on.voice.heard else ""
    return (on.voice.kind, on.voice.name, heard, on.pack, str(answer.k), _number(answer.alpha), str(on.examples))


def as_text(outcomes: Sequence[Outcome]) -> str:
    """The table of recordings with tabs between the cells, to paste into a spreadsheet or a mail."""
    return (
        "\n".join("\t".join(_no_formula(" ".join(cell.split())) for cell in row) for row in recordings_table(outcomes))
        + "\n"
    )


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_no_formula(cell) for cell in row] for row in rows)
    return text.getvalue().encode(ENCODING, "backslashreplace")


def _no_formula(cell: str) -> str:
    return f"'{cell}" if cell.startswith((*_BEGINS_FORMULA, "'")) else cell


def _labels(outcomes: Sequence[Outcome]) -> list[str]:
    """The labels of all answers, in the packs' order; the answers may come from different packs."""
    return list(dict.fromkeys(label for o in outcomes if isinstance(o, Recognition) for label in o.probabilities))


def _dimensions(outcomes: Sequence[Outcome]) -> list[str]:
    return list(dict.fromkeys(name for o in outcomes if isinstance(o, Recognition) for name in o.dimensions))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"
