"""Tiny corpora in the published layouts: clips of half a second whose timbre depends on label and voice."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

RATE = 16_000


def tone(label: int, voice: int, take: int, seconds: float = 0.5) -> npt.NDArray[np.float32]:
    """A harmonic sound: the label sets rate and depth of its tremolo, the voice its pitch, the take its noise."""
    rng = np.random.default_rng((label, voice, take))
    t = np.arange(int(seconds * RATE)) / RATE
    pitch = 110 + 25 * voice
    wave = sum(np.sin(2 * np.pi * pitch * h * t) / h ** (0.5 + 0.4 * label) for h in range(1, 12))
    wave = wave * (1 + 0.8 * np.sin(2 * np.pi * (3 + 4 * label) * t)) + 0.05 * rng.standard_normal(len(t))
    return (0.3 * wave / np.abs(wave).max()).astype(np.float32)


def write(path: Path, samples: npt.NDArray[np.float32], rate: int = RATE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate)


def ravdess(
    root: Path, actors: range = range(1, 25), emotions: tuple[int, ...] = (1, 3, 4, 5), suffix: str = ".wav"
) -> Path:
    for actor in actors:
        for emotion in emotions:
            for take in (1, 2):
                name = f"03-01-{emotion:02d}-01-01-{take:02d}-{actor:02d}{suffix}"
                write(root / f"Actor_{actor:02d}" / name, tone(emotion, actor, take))
    return root


def emodb(root: Path, speakers: tuple[str, ...] = ("03", "08", "09", "10")) -> Path:
    for voice, speaker in enumerate(speakers):
        for label, letter in enumerate("WFNT"):
            for text in ("a01", "b03"):
                write(root / "wav" / f"{speaker}{text}{letter}a.wav", tone(label, voice, len(text) + ord(text[0])))
    return root


def nemo(root: Path, speakers: tuple[str, ...] = ("WR0", "EB0", "JC0")) -> Path:
    lines = ["file_id\temotion\traw_text\tnormalized_text\tspeaker_id\tgender\tage"]
    for voice, speaker in enumerate(speakers):
        for label, emotion in enumerate(("anger", "happiness", "neutral", "sadness")):
            for take in (1, 2):
                name = f"{speaker}_{emotion}_{take}"
                write(root / "samples" / f"{name}.ogg", tone(label, voice, 200 + take))
                lines.append(f"{name}.wav\t{emotion}\tDobrze.\tdobrze\t        {speaker}\tmale\t23")
    (root / "data.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


def ased(root: Path) -> Path:
    for label, folder in enumerate(("01Neutral", "03Happy", "04Sad", "05Angry")):
        for speaker, sex in (("01", "02"), ("02", "01"), ("15", "01"), ("15", "02")):
            letter = folder[2].lower()
            write(
                root / folder / f"{letter}{label + 1}-01-01-{sex}-{speaker}.wav",
                tone(label, int(speaker), 300 + int(sex)),
            )
    return root


def banglaser(root: Path) -> Path:
    for speaker in (7, 8):
        for emotion in range(1, 6):
            write(root / f"01-01-{emotion:02d}-01-01-01-{speaker:02d}.ogg", tone(emotion, speaker, 400))
    return root


def emotiontts(root: Path) -> Path:
    for voice, speaker in enumerate(("ema", "nel")):
        for label in range(4):
            write(root / speaker / f"{speaker}00{label}01.ogg", tone(label, voice, 500))
    (root / "speakers.csv").write_text("speaker,sex\nema,female\nnel,male\n", encoding="utf-8")
    return root


def iemocap(root: Path, sentences: bool = True) -> Path:
    """Five sessions of two dialogues with four turns each."""
    codes = ("ang", "hap", "exc", "sad", "neu", "xxx", "fru")
    for session in range(1, 6):
        folder = root / f"Session{session}"
        for sensors in "FM":
            dialogue = f"Ses0{session}{sensors}_impro01"
            evaluation = ["% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]", ""]
            transcript, sound = [], []
            for turn, code in enumerate(codes):
                sex = "FM"[turn % 2]
                name = f"{dialogue}_{sex}{turn:03d}"
                start, end = 0.5 * turn, 0.5 * turn + 0.4
                evaluation += [f"[{start:.4f} - {end:.4f}]\t{name}\t{code}\t[2.5000, 5.5000, 1.0000]"]
                evaluation += ["C-E2:\tNeutral state;\t()", "C-E4:\tNeutral; Fear;\t(unsure)", "C-F1:\tAnger;\t()", ""]
                transcript.append(f"{name} [{start:08.4f}-{end:08.4f}]: Turn {turn}.")
                samples = tone(turn, 2 * session + turn % 2, ord(sensors), 0.5)
                sound.append(samples)
                if sentences:
                    write(folder / "sentences" / "wav" / dialogue / f"{name}.wav", samples[: int(0.4 * RATE)])
            if not sentences:
                write(folder / "dialog" / "wav" / f"{dialogue}.wav", np.concatenate(sound))
            for part, lines in (("EmoEvaluation", evaluation), ("transcriptions", transcript)):
                sheet = folder / "dialog" / part / f"{dialogue}.txt"
                sheet.parent.mkdir(parents=True, exist_ok=True)
                sheet.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


def own(
    root: Path, labels: tuple[str, ...] = ("calm", "cross"), speakers: tuple[str, ...] = ("ann", "bob", "cy", "di")
) -> Path:
    for label, name in enumerate(labels):
        for voice, speaker in enumerate(speakers):
            for take in range(5):
                write(root / name / speaker / f"{take}.wav", tone(3 * label, voice, take))
    return root
