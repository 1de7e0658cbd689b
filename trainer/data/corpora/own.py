"""One's own clips: a folder LABEL/SPEAKER/clip.wav, or a table clips.csv with the columns path, label and speaker."""

import csv
from pathlib import Path

from trainer.data.corpora.utterance import SUFFIXES, CorpusError, Utterance, audio_files

TABLE = "clips.csv"
REQUIRED = ("path", "label", "speaker")
OPTIONAL = ("language", "sex", "text", "licence")


def load(root: Path) -> list[Utterance]:
    """The clips of a folder, or of the table `root` (a .csv) or `root`/clips.csv.

    Raises:
        CorpusError: A clip without label or speaker, a path that is missing, a table without its columns.
    """
    if root.suffix.lower() == ".csv":
        return _from_table(root)
    if (root / TABLE).is_file():
        return _from_table(root / TABLE)
    return _from_folder(root)


def _from_folder(root: Path) -> list[Utterance]:
    utterances = []
    for path in audio_files(root, "own"):
        parts = path.relative_to(root).parts
        if len(parts) == 1:
            raise CorpusError(f"{path} has no label: put it in LABEL/SPEAKER/, or list it in {root / TABLE}.")
        if len(parts) == 2:
            raise CorpusError(
                f"{path} has no speaker: put it in {parts[0]}/SPEAKER/, or list it in {root / TABLE}; "
                "without speakers a model can't be tested on voices it has not heard."
            )
        name = "/".join((*parts[:-1], path.stem))
        utterances.append(Utterance(id=f"own/{name}", path=path, corpus="own", speaker=parts[1], label=parts[0]))
    return utterances


def _from_table(table: Path) -> list[Utterance]:
    if not table.is_file():
        raise CorpusError(f"The table {table} is missing: write it with the columns {', '.join(REQUIRED)}.")
    utterances = []
    with table.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        if missing := [c for c in REQUIRED if c not in (rows.fieldnames or ())]:
            raise CorpusError(f"{table} has no column {', '.join(missing)}: its first line names the columns.")
        for number, row in enumerate(rows, start=2):
            fields = {key: (row.get(key) or "").strip() for key in REQUIRED + OPTIONAL}
            if empty := [key for key in REQUIRED if not fields[key]]:
                raise CorpusError(
                    f"{table}, line {number}: {fields['path'] or 'the clip'} has no {empty[0]}: fill it in."
                )
            path = table.parent / fields["path"]
            if path.suffix.lower() not in SUFFIXES or not path.is_file():
                raise CorpusError(f"{table}, line {number}: {path} is no {', '.join(SUFFIXES)} file: correct the path.")
            utterances.append(
                Utterance(
                    id=f"own/{Path(fields['path']).with_suffix('').as_posix()}",
                    path=path,
                    corpus="own",
                    speaker=fields["speaker"],
                    label=fields["label"],
                    language=fields["language"],
                    sex=fields["sex"],
                    text=fields["text"],
                    licence=fields["licence"],
                )
            )
    return utterances
