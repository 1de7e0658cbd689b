"""Databases in audformat (audEERING): db.yaml and a table a file, db.TABLE.csv or db.TABLE.parquet.

The names of schemes are those of its conventions: emotion, speaker, gender, transcription. A column counts by its own
name or by its scheme's; where a database has others, the recipe's `corpora.columns` translate.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.data.corpora.utterance import SAY_SCALE, CorpusError, Utterance, emotion_called, scaled

HEADER = "db.yaml"
NAMES: Mapping[str, tuple[str, ...]] = {
    "label": ("emotion",),
    "speaker": ("speaker",),
    "sex": ("gender", "sex"),
    "language": ("language",),
    "text": ("transcription", "text"),
}
"""What audformat's conventions call what a clip has, the first that is there."""
SIDES = {"train": "train", "dev": "validation", "test": "test"}
TIME = re.compile(r"(?:(\d+) days? )?\+?(\d+):(\d+):(\d+(?:\.\d+)?)")

Segment = tuple[str, float, float | None]
"""File, and start and end in seconds: 0 and None for all of it."""


@dataclass(frozen=True)
class _Column:
    """A column of a table: its values, by segment, and who gave them."""

    name: str
    scheme: str
    voted: bool
    side: str
    values: Mapping[Segment, str]


def is_database(root: Path) -> bool:
    """Whether there is an audformat database in the folder."""
    return (root / HEADER).is_file()


def load(
    root: Path,
    columns: Mapping[str, str] | None = None,
    dimensions: Sequence[str] = (),
    scale: Sequence[float] = (0.0, 1.0),
) -> list[Utterance]:
    """The clips that have an emotion.

    Where a column holds what was voted, or names no rater, it is the label; the columns of single raters become votes,
    which also decide where nothing else does.

    Args:
        root: The folder with db.yaml.
        columns: What the database calls its columns or schemes, by the names in NAMES; TABLE.COLUMN will do too.
        dimensions: Which of arousal, dominance and valence are read.
        scale: From where to where they go, if their schemes name no minimum and maximum.

    Raises:
        CorpusError: It is no such database, has no emotion, or does not say who speaks.
    """
    header = _header(root)
    schemes = header.get("schemes") or {}
    all_columns = list(_columns(root, header))
    named = {name: (columns[name],) if columns and name in columns else names for name, names in NAMES.items()}
    labelled = _called(all_columns, named["label"])
    if not labelled:
        there = ", ".join(sorted({column.name for column in all_columns}))
        raise CorpusError(
            f"{root / HEADER} has no column or scheme {named['label'][0]}, but {there}: say which it is by "
            "--set corpora.columns.label=NAME."
        )
    decided = [column for column in labelled if column.voted]
    raters = [column for column in labelled if not column.voted]
    facts = {name: _of_segments(_called(all_columns, named[name])) for name in NAMES if name != "label"}
    speakers = _facts_of_labels(root, header, schemes, named["speaker"])
    rated = {name: _rated(root, all_columns, (columns or {}).get(name, name), schemes, scale) for name in dimensions}
    corpus = str(header.get("name") or root.name)
    utterances = []
    for segment in dict.fromkeys(s for column in labelled for s in column.values):
        file, start_s, end_s = segment

        def fact(name: str, segment: Segment = segment) -> str:
            return facts[name].get(segment, facts[name].get((segment[0], 0.0, None), ""))

        speaker = fact("speaker")
        if not speaker:
            raise CorpusError(
                f"{root / HEADER} does not say who speaks in {file}: say which column or scheme does by "
                "--set corpora.columns.speaker=NAME."
            )
        votes: dict[str, float] = defaultdict(float)
        for column in raters:
            if segment in column.values:
                votes[emotion_called(column.values[segment])] += 1
        label = next((emotion_called(c.values[segment]) for c in decided if segment in c.values), "")
        about = speakers.get(speaker, {})
        sex = fact("sex") or str(about.get("gender") or about.get("sex") or "")
        sides = {("published", SIDES[c.side]) for c in labelled if segment in c.values and c.side in SIDES}
        stretch = f"@{start_s:g}-{'' if end_s is None else f'{end_s:g}'}" if start_s or end_s is not None else ""
        utterances.append(
            Utterance(
                id=f"{corpus}/{Path(file).with_suffix('').as_posix()}{stretch}",
                path=root / file,
                corpus=corpus,
                speaker=speaker,
                label=label,
                language=fact("language") or str(about.get("language") or _first(header.get("languages"))),
                sex=sex if sex in ("female", "male") else "",
                text=_text(schemes, named["text"], fact("text")),
                licence=str(header.get("license") or header.get("usage") or ""),
                start_s=start_s,
                end_s=end_s,
                sides=tuple(sorted(sides)),
                votes=tuple(votes.items()),
                dimensions=tuple((name, values[segment]) for name, values in rated.items() if segment in values),
            )
        )
    return utterances


def _rated(
    root: Path, columns: Iterable[_Column], called: str, schemes: Mapping[str, Any], scale: Sequence[float]
) -> Mapping[Segment, float]:
    """A dimension of each segment, 0 to 1: what was voted, else the mean of the raters."""
    found = _called(columns, (called,))
    values: dict[Segment, list[float]] = defaultdict(list)
    for column in [c for c in found if c.voted] or found:
        scheme = schemes.get(column.scheme) or {}
        ends = (float(scheme.get("minimum", scale[0])), float(scheme.get("maximum", scale[1])))
        for segment, text in column.values.items():
            try:
                values[segment].append(scaled(float(text), ends))
            except ValueError:
                raise CorpusError(
                    f"{root}: {column.name} of {segment[0]} is {text}, not between {ends[0]:g} and {ends[1]:g}: "
                    f"{SAY_SCALE}."
                ) from None
    return {segment: sum(each) / len(each) for segment, each in values.items()}


def _header(root: Path) -> dict[str, Any]:
    import yaml

    path = root / HEADER
    try:
        header = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CorpusError(f"There is no audformat database in {root}: name the folder with its {HEADER}.") from None
    except (UnicodeDecodeError, yaml.YAMLError):
        header = None
    if not isinstance(header, dict) or not isinstance(header.get("tables"), dict):
        raise CorpusError(f"{path} is no header of an audformat database: get the database again.")
    return header


def _columns(root: Path, header: Mapping[str, Any]) -> Iterable[_Column]:
    raters, splits = header.get("raters") or {}, header.get("splits") or {}
    for name, table in header["tables"].items():
        rows = _table(root, name)
        split = splits.get(table.get("split_id"), {}).get("type", "")
        for column, about in (table.get("columns") or {}).items():
            rater = about.get("rater_id")
            voted = rater is None or (raters.get(rater) or {}).get("type") == "vote"
            values = {_segment(row): str(row[column]) for row in rows if row.get(column) not in (None, "")}
            yield _Column(f"{name}.{column}", str(about.get("scheme_id") or ""), voted, split, values)


def _called(columns: Iterable[_Column], names: tuple[str, ...]) -> list[_Column]:
    """Those of a name, or whose scheme has it; of several names the first that is there."""
    columns = list(columns)
    for name in names:
        if found := [c for c in columns if name in (c.name, c.scheme, c.name.rpartition(".")[2])]:
            return found
    return []


def _of_segments(columns: Iterable[_Column]) -> Mapping[Segment, str]:
    return {segment: value for column in columns for segment, value in column.values.items()}


def _facts_of_labels(
    root: Path, header: Mapping[str, Any], schemes: Mapping[str, Any], names: tuple[str, ...]
) -> Mapping[str, Mapping[str, Any]]:
    """What a scheme says of its labels, such as the gender of a speaker: in the header, or in a table of its own."""
    labels = next((schemes[name].get("labels") for name in names if name in schemes), None)
    if isinstance(labels, str):
        index = next(iter((header.get("misc_tables") or {}).get(labels, {}).get("levels") or {}), labels)
        return {str(row.get(index)): row for row in _table(root, labels)}
    if not isinstance(labels, dict):
        return {}
    return {str(label): about for label, about in labels.items() if isinstance(about, dict)}


def _text(schemes: Mapping[str, Any], names: tuple[str, ...], value: str) -> str:
    """What is said; a scheme may give sentences short names."""
    labels = next((schemes[name].get("labels") for name in names if name in schemes), None)
    said = labels.get(value, value) if isinstance(labels, dict) else value
    return said if isinstance(said, str) else value


def _table(root: Path, name: str) -> list[dict[str, Any]]:
    """The rows of a table; start and end in seconds."""
    parquet, text = root / f"db.{name}.parquet", root / f"db.{name}.csv"
    if text.is_file():
        with text.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))
    if not parquet.is_file():
        raise CorpusError(f"The table {text.name} or {parquet.name} is missing in {root}: get the database again.")
    try:
        import pyarrow
        from pyarrow import parquet as reader
    except ImportError:
        raise CorpusError(f"{parquet} needs pyarrow, which is not installed here: type pip install pyarrow.") from None
    table = reader.read_table(parquet)
    for time in ("start", "end"):
        if time in table.column_names:
            as_s = pyarrow.compute.divide(table[time].cast("duration[ns]").cast("int64").cast("float64"), 1e9)
            table = table.set_column(table.column_names.index(time), time, as_s)
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _segment(row: Mapping[str, Any]) -> Segment:
    return str(row.get("file", "")), _seconds(row.get("start")) or 0.0, _seconds(row.get("end"))


def _seconds(value: Any) -> float | None:
    """A time as a table holds it, None for none."""
    if value in (None, "", "NaT"):
        return None
    if isinstance(value, float):
        return value
    match = TIME.fullmatch(str(value))
    if match is None:
        raise CorpusError(f"{value} in a table of an audformat database is no time: get the database again.")
    days, hours, minutes, seconds = match.groups()
    return float(days or 0) * 86_400 + float(hours) * 3_600 + float(minutes) * 60 + float(seconds)


def _first(languages: Any) -> str:
    return str(languages[0]) if isinstance(languages, list) and languages else ""
