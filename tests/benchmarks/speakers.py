"""Who speaks when, measured: made conversations of speakers whose corpus the projection has never heard.

    python -m tests.benchmarks.speakers CORPORA --cache FOLDER [--corpora ravdess emotiontts banglaser] [--minutes 1 4]

Prints a row a corpus and number of speakers: diarization error rate (collar 0.25 s, overlaps counted) with the number
given and found, the share of time attributed to the right speaker, and how often the number is found; then the guard of
saved voices, and what an hour costs. The constants of `engine.speakers` were chosen on emodb, nemo and ased.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app import paths
from desktop_app.engine.installed_packs import open_pack
from desktop_app.engine.people.guard import HARDLY
from desktop_app.engine.recognition.fusion import softmax
from desktop_app.engine.recognition.recogniser import MIN_GROUP, Recogniser, SpeakerCount
from desktop_app.engine.recognition.voice import estimate_baseline
from desktop_app.engine.sound.speech import SpeechDetector
from desktop_app.engine.speakers.encoder import DIM, RAW_DIM, SpeakerEncoder
from desktop_app.engine.speakers.likeness import log_odds
from desktop_app.engine.speakers.turns import Turn, WhoSpeaks, listen, who_speaks
from tests.benchmarks.conversations import Conversation, SpokenTurn, clips_of_speakers, conversation
from trainer.data.corpora import load_corpus
from trainer.recipe import load_recipe
from trainer.results.speaker_projection import COPIES, CORPORA, LABELS, chosen, fitted, raw_embeddings
from trainer.training.fit import FittedHead, load_head

HELD_OUT = ("ravdess", "emotiontts", "banglaser")
COLLAR_S = 0.25
FRAME_S = 0.01
KNOWN = 10
"""Recordings that a voice has learnt from before the guard is asked."""
REFUSED = 0.01

Floats = npt.NDArray[np.float64]


def error_and_attribution(spoken: Sequence[SpokenTurn], found: Sequence[Turn], seconds: float) -> tuple[float, float]:
    """Diarization error rate, and the share of the speech found that is given to the right speaker; frames of 10 ms.

    Within 0.2 points of pyannote.metrics 4.2's DiarizationErrorRate(collar=0.5), whose collar is both halves together.
    """
    from scipy.optimize import linear_sum_assignment

    n = round(seconds / FRAME_S)
    said = np.zeros((1 + max(t.speaker for t in spoken), n), bool)
    heard = np.zeros((1 + max((t.speaker for t in found), default=0), n), bool)
    scored = np.ones(n, bool)
    for turn in spoken:
        said[turn.speaker, _frames(turn.start_s, turn.end_s)] = True
        for border in (turn.start_s, turn.end_s):
            scored[_frames(max(0.0, border - COLLAR_S), border + COLLAR_S)] = False
    for turn in found:
        heard[turn.speaker, _frames(turn.start_s, turn.end_s)] = True
    said, heard = said[:, scored].astype(int), heard[:, scored].astype(int)
    pairs = zip(*linear_sum_assignment(-said @ heard.T), strict=True)
    right = sum(int((said[a] & heard[b]).sum()) for a, b in pairs)
    many, most = np.minimum(said.sum(axis=0), heard.sum(axis=0)).sum(), np.maximum(said.sum(0), heard.sum(0)).sum()
    return float((most - right) / said.sum()), float(right / max(many, 1))


def _frames(start_s: float, end_s: float) -> slice:
    return slice(round(start_s / FRAME_S), round(end_s / FRAME_S))


def raw_of(corpus: str, corpora: Path, cache: Path) -> dict[str, npt.NDArray]:
    """What the encoder says of a corpus's clips, see `speaker_projection`; made once."""
    file = cache / f"raw_{corpus}.npz"
    if not file.exists():
        clips = chosen(load_corpus(corpus, corpora / corpus))
        each = [clip for clip in clips for _ in range(1 + COPIES)]
        np.savez(
            file,
            z=raw_embeddings(clips),
            sp=[c.speaker_key for c in each],
            co=[c.corpus for c in each],
            sx=[c.sex for c in each],
        )
    return dict(np.load(file))


def guarded(raw: dict[str, npt.NDArray], projection: npt.NDArray[np.float32]) -> tuple[float, float, float]:
    """(AUROC of own clips against those of others of the same sex, others caught where 1 % of own are refused, own
    refused at HARDLY), each voice known from KNOWN clips; a window of 1.6 s a clip."""
    from sklearn.metrics import roc_auc_score

    clean = slice(0, None, 1 + COPIES)
    embeddings = raw["z"][clean] @ projection[:RAW_DIM] + projection[RAW_DIM]
    speakers, sexes = raw["sp"][clean], raw["sx"][clean]
    rng = np.random.default_rng(0)
    odds: list[float] = []
    own: list[bool] = []
    for speaker in np.unique(speakers):
        mine = rng.permutation(np.flatnonzero(speakers == speaker))
        if len(mine) <= KNOWN + 5:
            continue
        others = np.flatnonzero((speakers != speaker) & (sexes == sexes[mine[0]]))
        for row in (*mine[KNOWN:], *others):
            odds.append(log_odds(embeddings[row], embeddings[mine[:KNOWN]], projection[RAW_DIM + 1]))
            own.append(bool(speakers[row] == speaker))
    scores, is_own = np.array(odds), np.array(own)
    caught = (scores[~is_own] < np.quantile(scores[is_own], REFUSED)).mean()
    return float(roc_auc_score(is_own, scores)), float(caught), float((scores[is_own] < HARDLY).mean())


def moods(
    recogniser: Recogniser, everyone: FittedHead, left_out: FittedHead, talk: Conversation, speakers: SpeakerCount
) -> npt.NDArray[np.int64]:
    """int64 [stretches, 4]: what was said, and what is heard in each stretch alone, against the whole recording, and
    against its speaker's own stretches in that, as `Recogniser.speaker_voices` has it; by the classifier of a head that
    has never heard the corpus."""
    analysis = recogniser.analyse(talk.samples, speakers=speakers)
    to_raw = everyone.standardise
    raw = analysis.pooled * to_raw.deviation.numpy() + to_raw.mean.numpy()
    pooled = left_out.pooled(raw.astype(np.float32))

    def classify(rows: npt.NDArray[np.float32]) -> Floats:
        logits, _ = left_out.answer(rows, np.zeros(rows.shape[1], np.float32))
        return softmax(logits)

    who = np.array(analysis.speaker_of)
    whole = estimate_baseline(pooled, classify, left_out.prior).baseline
    own = np.broadcast_to(whole, pooled.shape).copy()
    for speaker in np.unique(who):
        rows = np.flatnonzero(who == speaker)
        if len(rows) >= MIN_GROUP:
            own[rows] += estimate_baseline(pooled[rows] - whole, classify, left_out.prior).baseline
    said = [
        LABELS.index(max(talk.turns, key=lambda t: min(t.end_s, end) - max(t.start_s, start)).label)
        for start, end in analysis.spans
    ]
    heard = [left_out.answer(pooled, b)[0].argmax(axis=1) for b in (np.zeros_like(whole), whole, own)]
    return np.stack([np.array(said), *heard], axis=1)


def unweighted(heard: npt.NDArray[np.int64], column: int) -> float:
    """UA: the mean over the moods of the share of their stretches that are heard as such."""
    right = heard[:, column] == heard[:, 0]
    return float(np.mean([right[heard[:, 0] == mood].mean() for mood in np.unique(heard[:, 0])]))


def print_moods(run: Path, corpora: Path, names: Sequence[str], cache: Path, minutes: Sequence[float]) -> None:
    """Emotion by speaker against each stretch alone, a row a corpus."""
    recipe = load_recipe(run / "recipe.toml")
    everyone = load_head(run / "everyone" / "0" / "head.pt", recipe)
    recogniser = Recogniser(open_pack(paths.assets() / "packs" / "default"), threads=1)
    raw = {corpus: raw_of(corpus, corpora, cache) for corpus in CORPORA}
    for name in names:
        left_out = load_head(run / name / "0" / "head.pt", recipe)
        recogniser._speaker_encoder = SpeakerEncoder(projection=without(raw, name))
        clips = clips_of_speakers(load_corpus(name, corpora / name), LABELS)
        for speakers in (2, 4):
            talks = [conversation(clips, speakers, 60 * m, seed=100 * speakers + i) for i, m in enumerate(minutes)]
            for number in (speakers, "auto"):
                heard = np.concatenate([moods(recogniser, everyone, left_out, talk, number) for talk in talks])
                alone, whole, own = (unweighted(heard, column) for column in (1, 2, 3))
                print(
                    f"{name} {speakers} speakers, number {number}: {len(heard)} stretches, UA alone {alone:.1%},"
                    f" against the recording {whole:.1%}, by speaker {own:.1%}",
                    flush=True,
                )


def without(raw: Mapping[str, dict[str, npt.NDArray]], corpus: str) -> npt.NDArray[np.float32]:
    """The projection that has never heard one corpus."""
    others = [raw[name] for name in CORPORA if name != corpus]
    z, speakers, corpora = (np.concatenate([one[key] for one in others]) for key in ("z", "sp", "co"))
    projection = fitted(z, speakers, corpora)
    assert projection.shape == (RAW_DIM + 2, DIM)
    return projection


def cost(corpora: Path, minutes: float) -> str:
    """What speakers cost, in processor time of one thread, and of the wall in one run."""
    clips = clips_of_speakers(load_corpus("emodb", corpora / "emodb"), LABELS)
    samples = conversation(clips, 2, 60 * minutes, 0).samples
    recogniser = Recogniser(open_pack(paths.assets() / "packs" / "default"), threads=1)
    recogniser.analyse(samples[:480_000], speakers=2)
    took = {}
    for speakers in ("off", "auto", "off", "auto"):  # the second time counts
        began = time.process_time()
        recogniser.analyse(samples, speakers=speakers)
        took[speakers] = time.process_time() - began
    return f"{minutes:.0f} minutes of two people: {took['off']:.1f} s without, {took['auto']:.1f} s with speakers"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="CORPORA")
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--corpora", nargs="+", choices=CORPORA, default=HELD_OUT)
    parser.add_argument("--minutes", nargs="+", type=float, default=[1, 2, 4])
    parser.add_argument("--cost-minutes", type=float, default=10.0)
    parser.add_argument("--run", type=Path, help="measure emotion by speaker with the heads of a run of default.toml")
    options = parser.parse_args()
    options.cache.mkdir(exist_ok=True)
    if options.run is not None:
        print_moods(options.run, options.folder, options.corpora, options.cache, options.minutes)
        return
    raw = {corpus: raw_of(corpus, options.folder, options.cache) for corpus in CORPORA}
    detector = SpeechDetector()
    found: list[tuple[int, float, float, float, float, int]] = []
    for corpus in options.corpora:
        projection = without(raw, corpus)
        encoder = SpeakerEncoder(projection=projection)
        clips = clips_of_speakers(load_corpus(corpus, options.folder / corpus), LABELS)
        for speakers in (1, 2, 3, 4):
            for i, minutes in enumerate(options.minutes):
                talk = conversation(clips, speakers, 60 * minutes, seed=100 * speakers + i)
                loud = talk.samples * np.float32(0.5 / np.abs(talk.samples).max())
                windows = listen([loud], detector, encoder).windows
                rows = []
                for number in (speakers, None):
                    who = who_speaks(windows, number)
                    assert isinstance(who, WhoSpeaks)
                    rows.append((*error_and_attribution(talk.turns, who.turns, 60 * minutes), who.speakers))
                (given, right, _), (auto, auto_right, count) = rows
                found.append((speakers, given, right, auto, auto_right, count))
                print(
                    f"{corpus} {speakers} speakers {minutes:g} min: given DER {given:.1%} right {right:.1%};"
                    f" found {count}: DER {auto:.1%} right {auto_right:.1%}",
                    flush=True,
                )
        auroc, caught, refused = guarded(raw[corpus], projection)
        print(f"{corpus} guard: AUROC {auroc:.3f}, caught {caught:.0%}, own refused {refused:.1%}", flush=True)
    for speakers in (1, 2, 3, 4):
        mine = [row for row in found if row[0] == speakers]
        given, right, auto, auto_right = np.mean([row[1:5] for row in mine], axis=0)
        hits = sum(row[5] == speakers for row in mine)
        print(
            f"all, {speakers} speakers: given DER {given:.1%} right {right:.1%}; found right {hits} of {len(mine)},"
            f" DER {auto:.1%} right {auto_right:.1%}"
        )
    print(cost(options.folder, options.cost_minutes))


if __name__ == "__main__":
    main()
