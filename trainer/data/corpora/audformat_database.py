"""Databases in audformat (audEERING): db.yaml, and a file for each table, db.TABLE.csv or db.TABLE.parquet.

Columns are found by their own name or by their scheme's. The expected names follow audformat's conventions: emotion,
speaker, gender, transcription. For a database with other names, the recipe's `corpora.columns` gives these.
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
"""Names that audformat's conventions give to the facts about a clip; the first that exists is used."""
SIDES = {"train": "train", "dev": "validation", "test": "test"}
TIME = re.compile(r"(?:(\d+) days? )?\+?(\d+):(\d+):(\d+(?:\.\d+)?)")

Segment = tuple[str, float, float | None]
"""File, start and end in seconds; 0 and None for the whole file."""


@dataclass(frozen=True)
class _Column:
    """A column of a table: its values by segment, and whether they were voted on or come from a single rater."""

    name: str
    scheme: str
    voted: bool
    side: str
    values: Mapping[Segment, str]


def is_database(root: Path) -> bool:
    """Whether the folder contains an audformat database."""
    return (root / HEADER).is_file()


def load(
    root: Path,
    columns: Mapping[str, str] | None = None,
    dimensions: Sequence[str] = (),
    scale: Sequence[float] = (0.0, 1.0),
) -> list[Utterance]:
    """The clips that have an emotion.

    A column with the outcome of a vote, or without a rater, gives the label. The columns of single raters become votes,
    whose majority is the label if there is no other.

    Args:
        root: The folder with db.yaml.
        columns: The database's names for its columns or schemes, by the keys of NAMES; TABLE.COLUMN is possible too.
        dimensions: Which of arousal, dominance and valence to read.
        scale: Their lowest and highest value, if their schemes give no minimum and maximum.

    Raises:
        CorpusError: The folder has no such database, or the database has no emotions or no speakers.
    """
    header = _header(root)
    schemes = header.get("schemes") or {}
    all_columns = list(_columns(root, header))
    named = {name: (columns[name],) if columns and name in columns else names for name, names in NAMES.items()}
    labelled = _called(all_columns, named["label"])
    if not labelled:
        there = ", ".join(sorted({column.name for column in all_columns}))
        raise CorpusError(
            f"{root / HEADER} has no column or scheme {named['label'][0]}, but {there}: choose one of these with "
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
                f"{root / HEADER} does not say who speaks in {file}: choose the column or scheme of speakers with "
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
    """A dimension's value for each segment, 0 to 1: the outcome of the vote, or else the mean of the raters."""
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
        raise CorpusError(f"There is no audformat database in {root}: give the folder with its {HEADER}.") from None
    except (UnicodeDecodeError, yaml.YAMLError):
        header = None
    if not isinstance(header, dict) or not isinstance(header.get("tables"), dict):
        raise CorpusError(f"{path} is not the header of an audformat database: download the database again.")
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
    """The columns with one of the names, or whose scheme has it; the first name that any column has is used."""
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
    """Facts about a scheme's labels, such as the gender of each speaker, from the header or from a separate table."""
    labels = next((schemes[name].get("labels") for name in names if name in schemes), None)
    if isinstance(labels, str):
        index = next(iter((header.get("misc_tables") or {}).get(labels, {}).get("levels") or {}), labels)
        return {str(row.get(index)): row for row in _table(root, labels)}
    if not isinstance(labels, dict):
        return {}
    return {str(label): about for label, about in labels.items() if isinstance(about, dict)}


def _text(schemes: Mapping[str, Any], names: tuple[str, ...], value: str) -> str:
    """The text that is spoken. A scheme may use short codes for sentences, which are resolved."""
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
        raise CorpusError(f"The table {text.name} or {parquet.name} is missing in {root}: download the database again.")
    try:
        import pyarrow
        from pyarrow import parquet as reader
    except ImportError:
        raise CorpusError(f"{parquet} needs pyarrow, which is not installed: run pip install pyarrow.") from None
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
        raise CorpusError(f"{value} in a table of an audformat database is not a time: download the database again.")
    days, hours, minutes, seconds = match.groups()
    return float(days or 0) * 86_400 + float(hours) * 3_600 + float(minutes) * 60 + float(seconds)


def _first(languages: Any) -> str:
    return str(languages[0]) if isinstance(languages, list) and languages else ""
