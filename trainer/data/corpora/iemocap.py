"""IEMOCAP (Busso et al., 2008): Session1..5 with dialog/EmoEvaluation/*.txt and audio of turns or dialogues.

The usual four classes, with happy and excited merged, are made by the recipe's label map. `FOUR_CLASS_COUNTS` are their
sizes in a complete copy; `check_four_classes` describes how a copy differs.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from trainer.data.corpora.utterance import SUFFIXES, CorpusError, Utterance, emotion_called, scaled

EMOTION = {
    "ang": "angry",
    "hap": "happy",
    "exc": "excited",
    "sad": "sad",
    "neu": "neutral",
    "fru": "frustrated",
    "fea": "fearful",
    "sur": "surprised",
    "dis": "disgusted",
}
UNDECIDED = ("xxx", "oth")  # no majority among the annotators, or an emotion outside the list: such turns are skipped
FOUR_CLASS_COUNTS: Mapping[str, int] = {"angry": 1103, "happy": 1636, "sad": 1084, "neutral": 1708}  # 5,531 in all
FOUR_CLASS_MAP: Mapping[str, str] = {
    "angry": "angry",
    "happy": "happy",
    "excited": "happy",
    "sad": "sad",
    "neutral": "neutral",
}
DIMENSIONS = ("valence", "arousal", "dominance")  # in the order of the files, which call arousal activation
SCALE = (1.0, 5.0)  # of the raters; one mean in the release is above it, and is clipped
SESSIONS = tuple(f"Session{n}" for n in range(1, 6))

# [6.2901 - 8.2357]	Ses01F_impro01_F000	neu	[2.5000, 2.5000, 2.5000]
EVALUATION_LINE = re.compile(r"^\[(\d+\.\d+) - (\d+\.\d+)\]\t(Ses0\d[FM]_\w+)\t(\w{3})\t(.*)$")
# C-E2:	Neutral;	()   and so on; C-F1 and C-M1 are the actors' ratings of themselves
ANNOTATOR_LINE = re.compile(r"^C-E\d+:\s*(.*?)\s*\(")
# Ses01F_impro01_F000 [006.2901-008.2357]: Excuse me.
TRANSCRIPT_LINE = re.compile(r"^(Ses0\d[FM]_\w+) \[[\d.]+-[\d.]+\]: (.*)$")


def load(root: Path) -> list[Utterance]:
    """All turns with an agreed emotion, from the sessions found under `root`.

    A turn is read from sentences/wav if it exists there, and otherwise cut out of dialog/wav by its times.

    Raises:
        CorpusError: There is no session, a session has no evaluations, or a turn has no audio.
    """
    sessions = [root / name for name in SESSIONS if (root / name).is_dir()]
    if not sessions:
        raise CorpusError(f"There is no folder Session1 of IEMOCAP in {root}: give the folder that contains it.")
    utterances: list[Utterance] = []
    for session in sessions:
        evaluations = sorted((session / "dialog" / "EmoEvaluation").glob("Ses*.txt"))
        if not evaluations:
            raise CorpusError(f"{session / 'dialog' / 'EmoEvaluation'} has no Ses*.txt: copy it from the release.")
        texts = _transcripts(session)
        for sheet in evaluations:
            utterances.extend(_turns(session, sheet, texts))
    return utterances


def _turns(session: Path, sheet: Path, texts: Mapping[str, str]) -> Iterable[Utterance]:
    dialogue = sheet.stem
    lines = sheet.read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines):
        match = EVALUATION_LINE.match(line)
        if match is None:
            continue  # the individual annotators' lines, and blank ones
        start, end, turn, code, rated = match.groups()
        if code in UNDECIDED:
            continue
        if code not in EMOTION:
            raise CorpusError(f"{sheet} gives {turn} the emotion {code!r}, unknown to IEMOCAP.")
        sex = turn.split("_")[-1][0]  # of the speaker; the letter after the session is for who wears the sensors
        whole = _audio(session / "sentences" / "wav" / dialogue / turn)
        path = whole or _audio(session / "dialog" / "wav" / dialogue)
        if path is None:
            raise CorpusError(f"{turn} has no audio in {session}: neither sentences/wav/{dialogue} nor dialog/wav.")
        yield Utterance(
            id=f"iemocap/{turn}",
            path=path,
            corpus="iemocap",
            speaker=f"{turn[:5]}{sex}",
            label=EMOTION[code],
            language="English",
            sex="female" if sex == "F" else "male",
            text=texts.get(turn, ""),
            licence="IEMOCAP licence, not to be passed on",
            start_s=0.0 if whole else float(start),
            end_s=None if whole else float(end),
            votes=_votes(lines[number + 1 :]),
            dimensions=_dimensions(rated),
        )


def _dimensions(rated: str) -> tuple[tuple[str, float], ...]:
    """The raters' means, from "[2.5000, 2.5000, 2.5000]"; empty if the line has none."""
    try:
        values = [float(value) for value in rated.strip("[] ").split(",")]
        return tuple((d, scaled(min(v, SCALE[1]), SCALE)) for d, v in zip(DIMENSIONS, values, strict=True))
    except ValueError:
        return ()


def _votes(lines: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """How many of the external annotators chose each category for a turn, from the lines after it.

    An annotator may choose several categories. The actors' ratings of themselves are left out.
    """
    votes: Counter[str] = Counter()
    for line in lines:
        if EVALUATION_LINE.match(line):
            break
        if match := ANNOTATOR_LINE.match(line):
            chosen = {name.strip().removesuffix(" state") for name in match[1].split(";")}
            votes.update(emotion_called(name) for name in chosen if name)
    return tuple((label, float(n)) for label, n in votes.items())


def _audio(stem: Path) -> Path | None:
    return next((p for suffix in SUFFIXES if (p := stem.with_name(stem.name + suffix)).is_file()), None)


def _transcripts(session: Path) -> dict[str, str]:
    texts = {}
    for sheet in sorted((session / "dialog" / "transcriptions").glob("Ses*.txt")):
        for line in sheet.read_text(encoding="utf-8", errors="replace").splitlines():
            if match := TRANSCRIPT_LINE.match(line):
                texts[match[1]] = match[2].strip()
    return texts


def check_four_classes(utterances: Iterable[Utterance]) -> str:
    """A sentence on how the four classes differ in size from those of a complete copy, or "" if they don't."""
    counts = Counter(FOUR_CLASS_MAP[u.label] for u in utterances if u.label in FOUR_CLASS_MAP)
    differing = [
        f"{counts[label]} {label} instead of {expected}"
        for label, expected in FOUR_CLASS_COUNTS.items()
        if counts[label] != expected
    ]
    return f"This copy of IEMOCAP differs from the usual one: {', '.join(differing)}." if differing else ""
