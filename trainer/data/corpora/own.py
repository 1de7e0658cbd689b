"""Your own clips: a folder LABEL/SPEAKER/clip.wav, a table clips.csv or clips.jsonl, or a list in EmoBox or audformat.

A table has the columns path, label and speaker, and possibly more; columns with other names are declared in the
recipe's `corpora.columns`: `--set corpora.columns.label=emotion`. If several people labelled a clip, it has a row for
each, or a label such as "angry:2 sad:1", or a column of counts for each label, listed in `corpora.columns.votes`. The
columns arousal, dominance and valence are read if `corpora.dimensions` asks for them.
"""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from desktop_app.engine.sound.kinds import SUFFIXES
from trainer.data.corpora import audformat_database, emobox
from trainer.data.corpora.utterance import SAY_SCALE, CorpusError, Utterance, scaled

TABLES = ("clips.csv", "clips.jsonl")
REQUIRED = ("path", "label", "speaker")
TIMES = ("start", "end")
"""Start and end of the clip in a longer recording, in seconds."""
OPTIONAL = (*TIMES, "language", "sex", "text", "licence")
DIMENSIONS = ("arousal", "dominance", "valence")
VOTES = "votes"
"""Key of `corpora.columns` that lists the columns of votes, "angry,happy": each is named after a label and counts who
chose it."""
COUNTED = re.compile(r"\s*([^:;,]+?)\s*:\s*(\d+(?:\.\d+)?)\s*(?:[;,\s]\s*|$)")


def load(
    root: Path,
    columns: Mapping[str, str] | None = None,
    dimensions: Sequence[str] = (),
    scale: Sequence[float] = (0.0, 1.0),
) -> list[Utterance]:
    """The clips of a folder, of a table (`root` itself or `root`/clips.csv or .jsonl), or of EmoBox or audformat.

    Args:
        root: The folder or table.
        columns: The table's names for its columns, by their names here.
        dimensions: Which of DIMENSIONS to read; cells may be empty.
        scale: Their lowest and highest value in a table.

    Raises:
        CorpusError: A clip has no label or speaker or does not exist, or a table lacks a column.
    """
    if audformat_database.is_database(root):
        return audformat_database.load(root, columns, dimensions, scale)
    if emobox.is_listed(root):
        return emobox.load(root)
    if table := _table(root):
        return _from_table(table, columns or {}, dimensions, scale)
    return _from_folder(root)


def left_out(root: Path) -> list[str]:
    """A sentence for each file of a folder whose name is not that of a recording."""
    if _table(root) or audformat_database.is_database(root) or emobox.is_listed(root):
        return []
    others = (p for p in sorted(root.rglob("*")) if p.is_file() and not _hidden(p, root) and not _recording(p))
    return [f"{path} is left out: its name is not that of a recording." for path in others]


def _table(root: Path) -> Path | None:
    if root.suffix.lower() in (".csv", ".jsonl"):
        return root
    return next((root / name for name in TABLES if (root / name).is_file()), None)


def _recording(path: Path) -> bool:
    return path.name.lower().endswith(SUFFIXES)


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)  # macOS leaves ._clip.wav beside a clip


def _from_folder(root: Path) -> list[Utterance]:
    if not root.is_dir():
        raise CorpusError(f"{root} is not a folder: give the folder that contains the clips.")
    found = [p for p in sorted(root.rglob("*")) if p.is_file() and _recording(p) and not _hidden(p, root)]
    if not found:
        raise CorpusError(
            f"There is no recording under {root}: put them in LABEL/SPEAKER/, or list them in {TABLES[0]}."
        )
    utterances = []
    for path in found:
        parts = path.relative_to(root).parts
        if len(parts) == 1:
            raise CorpusError(f"{path} has no label: put it in LABEL/SPEAKER/, or list it in {root / TABLES[0]}.")
        if len(parts) == 2:
            raise CorpusError(
                f"{path} has no speaker: put it in {parts[0]}/SPEAKER/, or list it in {root / TABLES[0]} with a column "
                "speaker; without speakers a model can't be tested on voices that it was not trained on."
            )
        name = "/".join((*parts[:-1], path.stem))
        utterances.append(Utterance(id=f"own/{name}", path=path, corpus="own", speaker=parts[1], label=parts[0]))
    return utterances


def _from_table(
    table: Path, columns: Mapping[str, str], dimensions: Sequence[str], scale: Sequence[float]
) -> list[Utterance]:
    names = (*REQUIRED, *OPTIONAL, *DIMENSIONS, VOTES)
    if odd := [name for name in columns if name not in names]:
        raise CorpusError(f"`corpora.columns` has the key {odd[0]!r}: choose from {', '.join(names)}.")
    counts = [name.strip() for name in columns.get(VOTES, "").split(",") if name.strip()]
    required = [*(name for name in REQUIRED if name != "label" or not counts), *dimensions]
    called = {name: columns.get(name, name) for name in (*REQUIRED, *OPTIONAL, *dimensions)}
    utterances: dict[tuple[Path, float, float | None], Utterance] = {}
    ratings: dict[tuple[Path, float, float | None], dict[str, list[float]]] = {}
    for number, row in _rows(table):
        where = f"{table}, line {number}"
        if missing := [name for name in (*(called[name] for name in required), *counts) if name not in row]:
            asked = next((n for n in required if called[n] == missing[0]), VOTES)
            raise CorpusError(
                f"{where} has no column {', '.join(missing)}, but {', '.join(row)}: add it, or give its name with "
                f"--set corpora.columns.{asked}=NAME."
            )
        fields = {name: row.get(called[name], "").strip() for name in called}
        votes = {name: _count(where, name, row[name]) for name in counts} or _counted(fields["label"])
        if empty := [name for name in REQUIRED if not fields[name] and not (name == "label" and any(votes.values()))]:
            raise CorpusError(f"{where}: {fields['path'] or 'the clip'} has no {called[empty[0]]}: fill it in.")
        path = table.parent / fields["path"]
        if not path.is_file():
            raise CorpusError(f"{where}: {path} does not exist: correct the path, which starts at the table's folder.")
        if not _recording(path):
            raise CorpusError(f"{where}: {path} does not have the name of a recording: correct the path.")
        start_s, end_s = _stretch(where, fields)
        whole = Path(fields["path"]).with_suffix("").as_posix()
        stretch = f"@{fields['start'] or 0}-{fields['end']}" if fields["start"] or fields["end"] else ""
        utterance = Utterance(
            id=f"own/{whole}{stretch}",
            path=path,
            corpus="own",
            speaker=fields["speaker"],
            label="" if votes else fields["label"],
            language=fields["language"],
            sex=fields["sex"],
            text=fields["text"],
            licence=fields["licence"],
            start_s=start_s,
            end_s=end_s,
            votes=tuple((label, n) for label, n in votes.items() if n),
        )
        before = utterances.get((path, start_s, end_s))
        utterances[path, start_s, end_s] = utterance if before is None else _both(where, before, utterance)
        rated = ratings.setdefault((path, start_s, end_s), defaultdict(list))
        for name in dimensions:
            if fields[name]:
                rated[name].append(_rating(where, called[name], fields[name], scale))
    return [
        replace(utterance, dimensions=tuple((name, sum(each) / len(each)) for name, each in ratings[stretch].items()))
        for stretch, utterance in utterances.items()
    ]


def _rating(where: str, column: str, text: str, scale: Sequence[float]) -> float:
    try:
        return scaled(float(text), scale)
    except ValueError:
        raise CorpusError(
            f"{where}: {column} is {text}, not between {scale[0]:g} and {scale[1]:g}: {SAY_SCALE}."
        ) from None


def _count(where: str, column: str, text: str) -> float:
    try:
        count = float(text or 0)
    except ValueError:
        count = -1.0
    if not 0 <= count < float("inf"):
        raise CorpusError(f"{where}: {text} in the column {column} is not a number of votes: correct it.")
    return count


def _counted(label: str) -> dict[str, float]:
    """The votes in a label cell such as "angry:2 sad:1"; empty if the cell is a single label."""
    votes: dict[str, float] = {}
    at = 0
    while match := COUNTED.match(label, at):
        votes[match[1]] = votes.get(match[1], 0.0) + float(match[2])
        at = match.end()
    return votes if label and at == len(label) else {}


def _both(where: str, first: Utterance, second: Utterance) -> Utterance:
    """Merges two rows of the same clip, which are those of two annotators."""
    if first.speaker != second.speaker:
        raise CorpusError(f"{where}: {second.path} is in an earlier line with another speaker: correct one of them.")
    votes: dict[str, float] = defaultdict(float)
    for one in (first, second):
        for label, n in one.votes or ((one.label, 1.0),):
            votes[label] += n
    return replace(first, label="", votes=tuple(votes.items()))


def _stretch(where: str, fields: Mapping[str, str]) -> tuple[float, float | None]:
    """Start and end in seconds, None for the end of the recording."""
    times: list[float | None] = []
    for name in TIMES:
        try:
            time = float(fields[name]) if fields[name] else None
        except ValueError:
            time = -1.0
        if time is not None and not 0 <= time < float("inf"):
            raise CorpusError(f"{where}: {name} is {fields[name]}, which is not a number of seconds such as 12.5.")
        times.append(time)
    start_s, end_s = times[0] or 0.0, times[1]
    if end_s is not None and end_s <= start_s:
        raise CorpusError(f"{where}: it ends at {end_s:g} s and starts at {start_s:g} s: correct one of them.")
    return start_s, end_s


def _rows(table: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yields the number of each line, and its values by column."""
    if not table.is_file():
        raise CorpusError(f"The table {table} does not exist: make one with the columns {', '.join(REQUIRED)}.")
    try:
        with table.open(encoding="utf-8-sig", newline="") as lines:
            rows = _of_csv(lines) if table.suffix.lower() == ".csv" else _of_json(table, lines)
            first = next(rows, None)
            if first is None:
                raise CorpusError(f"The table {table} lists no clips: add a line for each.")
            yield first
            yield from rows
    except UnicodeDecodeError:
        raise CorpusError(f"The table {table} is not in UTF-8: save it as CSV in UTF-8.") from None


def _of_csv(lines: TextIO) -> Iterator[tuple[int, dict[str, str]]]:
    """Reads rows of CSV. The separator is the one that occurs most in the first line: comma, semicolon or tab."""
    head = lines.readline()
    lines.seek(0)
    rows = csv.DictReader(lines, delimiter=max(",;\t", key=head.count))
    for values in rows:
        cells = {str(name): value or "" for name, value in values.items() if isinstance(value, str | None)}
        yield rows.line_num, cells


def _of_json(table: Path, lines: TextIO) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in enumerate(lines, start=1):
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise CorpusError(f"{table}, line {number} is not a JSON object: correct it.")
        yield number, {name: "" if value is None else str(value) for name, value in found.items()}
