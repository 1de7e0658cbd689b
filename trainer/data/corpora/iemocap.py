"""IEMOCAP as licensed (Busso et al., 2008): Session1..5 with dialog/EmoEvaluation/*.txt and wav of turns or dialogues.

The usual four classes (happy = happy + excited) are a matter of the recipe's label map; `FOUR_CLASS_COUNTS` is what
they come to in a complete copy, and `check_four_classes` says what differs.
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
UNDECIDED = ("xxx", "oth")  # no majority among the annotators, or none of the emotions: no label to learn from
FOUR_CLASS_COUNTS: Mapping[str, int] = {"angry": 1103, "happy": 1636, "sad": 1084, "neutral": 1708}  # 5,531 in all
FOUR_CLASS_MAP: Mapping[str, str] = {
    "angry": "angry",
    "happy": "happy",
    "excited": "happy",
    "sad": "sad",
    "neutral": "neutral",
}
DIMENSIONS = ("valence", "arousal", "dominance")  # as a line has them; it calls arousal activation
SCALE = (1.0, 5.0)  # of the raters; a mean in the release lies above it
SESSIONS = tuple(f"Session{n}" for n in range(1, 6))

# [6.2901 - 8.2357]	Ses01F_impro01_F000	neu	[2.5000, 2.5000, 2.5000]
EVALUATION_LINE = re.compile(r"^\[(\d+\.\d+) - (\d+\.\d+)\]\t(Ses0\d[FM]_\w+)\t(\w{3})\t(.*)$")
# C-E2:	Neutral;	()   and so on; C-F1 and C-M1 are the actors' own
ANNOTATOR_LINE = re.compile(r"^C-E\d+:\s*(.*?)\s*\(")
# Ses01F_impro01_F000 [006.2901-008.2357]: Excuse me.
TRANSCRIPT_LINE = re.compile(r"^(Ses0\d[FM]_\w+) \[[\d.]+-[\d.]+\]: (.*)$")


def load(root: Path) -> list[Utterance]:
    """All turns with an agreed emotion, of the sessions found under `root`.

    A turn is read from sentences/wav where it is there, else cut out of dialog/wav by its times.

    Raises:
        CorpusError: No session, a session without evaluations, or a turn without audio.
    """
    sessions = [root / name for name in SESSIONS if (root / name).is_dir()]
    if not sessions:
        raise CorpusError(f"IEMOCAP was looked for in {root}, which has no folder Session1: name the folder above it.")
    utterances: list[Utterance] = []
    for session in sessions:
        evaluations = sorted((session / "dialog" / "EmoEvaluation").glob("Ses*.txt"))
        if not evaluations:
            raise CorpusError(f"{session / 'dialog' / 'EmoEvaluation'} holds no Ses*.txt: copy it from the release.")
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
        sex = turn.split("_")[-1][0]  # who speaks; the letter after the session says who wears the sensors
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
    """What the raters' means come to, "[2.5000, 2.5000, 2.5000]"; none where the line does not tell them."""
    try:
        values = [float(value) for value in rated.strip("[] ").split(",")]
        return tuple((d, scaled(min(v, SCALE[1]), SCALE)) for d, v in zip(DIMENSIONS, values, strict=True))
    except ValueError:
        return ()


def _votes(lines: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """What the annotators who listened chose of a turn, each of them one category or several, in the lines after it."""
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
    """What differs from the usual four classes of a complete copy, as one sentence; "" where nothing does."""
    counts = Counter(FOUR_CLASS_MAP[u.label] for u in utterances if u.label in FOUR_CLASS_MAP)
    differing = [
        f"{counts[label]} {label} where {expected} are usual"
        for label, expected in FOUR_CLASS_COUNTS.items()
        if counts[label] != expected
    ]
    return f"This copy of IEMOCAP is not the usual one: {', '.join(differing)}." if differing else ""
