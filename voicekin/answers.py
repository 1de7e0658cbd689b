"""An iterator over many answers, which can also make a pandas table of them."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Self

from desktop_app.engine.recognition.answer import OR, Failure, Outcome
from desktop_app.engine.recognition.path_text import path_text
from desktop_app.errors import ExportError

if TYPE_CHECKING:
    import pandas

__all__ = ["OR", "Answers"]


class Answers(Iterator[Outcome]):
    """Outcomes in the order of their recordings, each computed when it is requested; can be iterated over once.

    An outcome is a `Recognition`, or a `Failure` for a recording that got no answer. To use the outcomes more than
    once, keep them in a list; `Answers(the_list)` makes a table of it.

    Args:
        outcomes: The outcomes to iterate over.
    """

    def __init__(self, outcomes: Iterable[Outcome]) -> None:
        self._outcomes = iter(outcomes)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Outcome:
        return next(self._outcomes)

    def to_dict(self) -> list[dict[str, Any]]:
        """All remaining outcomes, each as the object that `voicekin classify --json` prints."""
        return [outcome.as_json() for outcome in self]

    def to_pandas(self) -> "pandas.DataFrame":
        """All remaining outcomes, one row per recording, with the columns of the CSV export. Numbers are numbers,
        `abstained` is a boolean, and values that a failure does not have are missing.

        Raises:
            ExportError: pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise ExportError("A table needs pandas, which is not installed here: type pip install pandas.") from None
        return pandas.DataFrame([_row(outcome) for outcome in self])


def _row(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Failure):
        return {"path": path_text(outcome.path), "error": path_text(outcome.error)}
    on = outcome.rests_on
    return {
        "path": path_text(outcome.path),
        "error": "",
        "duration_s": outcome.duration_s,
        "speech_s": outcome.speech_s,
        "label": outcome.label,
        "label_set": OR.join(outcome.label_set),
        "confidence": outcome.confidence,
        "abstained": outcome.abstained,
        "abstained_because": outcome.abstained_because,
        "remarks": " ".join(outcome.remarks),
        "novelty": outcome.novelty,
        "segments": len(outcome.segments),
        "speakers": len(outcome.speakers) or None,
        "voice": on.voice.kind,
        "voice_name": on.voice.name,
        "voice_heard": on.voice.heard,
        "pack": on.pack,
        "k": outcome.k,
        "alpha": outcome.alpha,
        "own_examples": on.examples,
        **{f"p_{label}": p for label, p in outcome.probabilities.items()},
        **outcome.dimensions,
    }
