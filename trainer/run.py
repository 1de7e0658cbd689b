"""A run: its folder, and its stages. Each stage saves its result there, so that it is not done twice.

RUN/recipe.toml  changes.txt  environment.json  inspection.json  clips.sha256  folds.json
RUN/FOLD/SEED/head.pt  refit.pt  tuned.json  metrics.csv  tensorboard/
              and with fine-tuning backbone.pt  finetuned-head.pt  finetune.csv
RUN/without/: heads trained without two of the corpora, the test corpus and one that they are tuned on
RUN/scores.json  answers.npz  tables.md  report.html  figures/
RUN/variants/NAME/: trainings for the paper's tables and sweeps, each laid out like a run
RUN/tables/: their results
"""

import copy
import json
import os
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from tqdm import tqdm

from trainer.data.corpora import CorpusError, Utterance, load_corpus, own
from trainer.data.corpora.iemocap import check_four_classes
from trainer.data.disk import announce
from trainer.data.features import pooled_features
from trainer.data.folds import Fold, everyone, make_folds, read_folds, write_folds
from trainer.data.table import Each, Inspection, Progress, bar, corpus_folder, inspect, load_table
from trainer.model.pooling import PooledBackbone, load_pooled
from trainer.recipe import OtherResultsError, Recipe, RecipeError, load_recipe, recipe_of
from trainer.training.curves import Tracked, check_trackers
from trainer.training.finetune import as_fitted, encode_kept, finetune, load_finetuned
from trainer.training.fit import Dataset, FittedHead, fit_head, load_head, save_head
from trainer.training.processes import this_process
from trainer.training.progress import FineTuningProgress, Planned
from trainer.training.protocol import answered_rows
from trainer.training.tune import Tuned, tune, tune_known_temperature, tune_penalty, tune_spread, tuning_answers

Ints = npt.NDArray[np.int64]
T = TypeVar("T")

AT_WORK = 4  # disk space while training, in encoders: a checkpoint has weights, two moments and the best weights so far
PACKAGES = ("torch", "transformers", "numpy", "scipy", "scikit-learn", "onnxruntime", "annoy")


@dataclass(frozen=True)
class Part:
    """One training: fold and seed, the folder of its results, and that of its encoder if it is fine-tuned."""

    fold: Fold
    seed: int
    folder: Path
    encoder: Path


class Run:
    """A recipe and the folder of its results.

    Attributes:
        recipe: The recipe with all changes applied.
        folder: Folder of the run.
        encoders: Folder of the run whose fine-tuned encoders are used; only for `itself` this is another run's.
    """

    def __init__(self, recipe_path: Path, folder: Path | None = None, changes: Sequence[str] = ()) -> None:
        """Opens the run's folder, runs/NAME by default; `changes` to the recipe are KEY=VALUE each.

        Raises:
            RecipeError: The recipe is wrong.
            OtherResultsError: The folder holds another recipe's results.
        """
        self.recipe: Recipe = load_recipe(recipe_path, changes)
        check_trackers(self.recipe.trackers)
        self.folder = folder or Path("runs") / self.recipe.name
        self.encoders = self._top = self.folder
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = self.folder / "recipe.toml"
        another = kept.is_file() and load_recipe(kept, self._changes()) != self.recipe
        if another and self._trained():
            raise OtherResultsError(
                f"{self.folder} holds results of another version of this recipe: choose another --run, or delete it."
            )
        if self.is_main:
            if another:
                (self.folder / "folds.json").unlink(missing_ok=True)
            if another or not kept.is_file():
                (self.folder / "changes.txt").write_text("".join(f"{line}\n" for line in changes), encoding="utf-8")
                shutil.copyfile(recipe_path, kept)
            write_json(self.folder / "environment.json", environment())
        self._data: Dataset | None = None
        self._tuned_data: tuple[Path, Dataset] | None = None

    def _trained(self) -> bool:
        """Whether anything has been trained in the run's folder; until then the recipe and the clips may change."""
        return next(self.folder.rglob("*.pt"), None) is not None

    def recipe_text(self) -> str:
        """The text of the recipe file, followed by the changes as comments."""
        text = (self.folder / "recipe.toml").read_text(encoding="utf-8")
        return text + "".join(f"# --set {line}\n" for line in self._changes())

    def _changes(self) -> list[str]:
        path = self.folder / "changes.txt"
        return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []

    def variant(self, name: str, recipe: Recipe) -> "Run":
        """A run of another recipe on the same clips and folds, in variants/NAME.

        Raises:
            RecipeError: The folder holds another recipe's results.
        """
        self.prepare()
        other = copy.copy(self)
        other.recipe, other.folder = recipe, self.folder / "variants" / name
        other.encoders, other._tuned_data = other.folder, None
        other.folder.mkdir(parents=True, exist_ok=True)
        kept, text = other.folder / "recipe.json", json.dumps(asdict(recipe), indent=1)
        if kept.is_file() and recipe_of(json.loads(kept.read_text(encoding="utf-8"))) != recipe:
            raise RecipeError(f"{other.folder} holds results of another recipe: delete it.")
        if self.is_main:
            kept.write_text(text, encoding="utf-8")
            shutil.copyfile(self.folder / "folds.json", other.folder / "folds.json")
        if any(getattr(recipe, heard) != getattr(self.recipe, heard) for heard in ("augment", "backbone", "experts")):
            other._data = None
        return other

    def itself(self) -> "Run":
        """For a run with second heads: the run of the fine-tuned models themselves, in variants/itself."""
        recipe = replace(self.recipe, finetune=replace(self.recipe.finetune, second_head=False))
        other = self.variant("itself", recipe)
        other.encoders = self.encoders
        return other

    def prepare(self, each: Each = map) -> Dataset:
        """Loads and inspects the corpora, encodes every clip, and writes the folds.

        `each` is `map`, or a function that does the same on other machines. If the encoder is to be fine-tuned, the
        features are empty, [1, n, 0], and `data` returns those of each part.
        """
        if self._data is not None:
            return self._data
        found = inspect(load_table(self.recipe.corpora), bar("clips read"), each)
        self._check_clips(found)
        if self.is_main:
            write_json(self.folder / "inspection.json", inspection_summary(found))
        if self.recipe.finetuned:
            features = np.zeros((1, len(found.utterances), 0), dtype=np.float32)
        else:
            features = self._features(found.utterances, each=each)
        blocks = () if self.recipe.finetuned else load_pooled(self.recipe.backbone, self.recipe.experts.used).blocks
        self._data = Dataset.of(found.utterances, features, self.recipe.corpora.labels, blocks)
        if not (self.folder / "folds.json").is_file():
            share = self.recipe.training.validation_share
            try:
                folds = make_folds(found.utterances, self.recipe.protocol, share)
            except CorpusError as error:  # the reason may be the clips that were left out, so list them
                raise CorpusError(f"{error}\n{self.found()}") from None
            write_folds(self.folder / "folds.json", folds)
        return self._data

    def _check_clips(self, found: Inspection) -> None:
        """Checks that the clips are the ones that the results in the folder were made with.

        Raises:
            OtherResultsError: Clips were added, removed or changed, or have another label or speaker.
        """
        told = "".join(f"{u.id} {u.digest} {u.label} {u.speaker}{self._rated(u)}\n" for u in found.utterances)
        kept, digest = self.folder / "clips.sha256", sha256(told.encode()).hexdigest()
        if kept.is_file() and kept.read_text(encoding="utf-8").strip() != digest:
            if self._trained():
                raise OtherResultsError(
                    f"{self.folder} holds results for other clips: choose another --run, or delete it."
                )
            (self.folder / "folds.json").unlink(missing_ok=True)
        kept.write_text(digest + "\n", encoding="utf-8")

    def _rated(self, utterance: Utterance) -> str:
        """A clip's ratings besides its label, those that the run uses, as text."""
        rated = [*utterance.votes, *(one for one in utterance.dimensions if one[0] in self.recipe.corpora.dimensions)]
        return "".join(f" {name}:{n:g}" for name, n in rated)

    def found(self) -> str:
        """Describes what `prepare` found: clips that can't be used, duplicates, an unusual copy of IEMOCAP."""
        found = json.loads((self.folder / "inspection.json").read_text(encoding="utf-8"))
        lines = [f"{found['clips']} clips of {sum(found['speakers'].values())} speakers can be used."]
        lines += [f"{clip} is left out: {why.rstrip('.')}." for clip, why in found["broken"]]
        lines += [f"{clip} is left out: it is the same recording as {first}." for clip, first in found["duplicates"]]
        if "own" in self.recipe.corpora.names:
            lines += own.left_out(corpus_folder(self.recipe.corpora, "own"))
        if "iemocap" in self.recipe.corpora.names:
            lines.append(check_four_classes(load_corpus("iemocap", corpus_folder(self.recipe.corpora, "iemocap"))))
        return "\n".join(line for line in lines if line)

    def _features(
        self, utterances: Sequence[Utterance], finetuned: PooledBackbone | None = None, each: Each = map
    ) -> npt.NDArray[np.float32]:
        copies = self.recipe.augment if self.recipe.augment.copies and not self.recipe.is_itself else None
        from_kept = None
        if finetuned and self.recipe.finetune.copies and self.recipe.backbone.precision == "float32":
            from_kept = partial(
                encode_kept, finetuned, backbone_recipe=self.recipe.backbone, recipe=self.recipe.finetune
            )
        return pooled_features(
            utterances,
            self.recipe.backbone,
            copies,
            bar("clips encoded"),
            finetuned,
            self.recipe.experts.used,
            each,
            from_kept,
        )

    def encoder(self, part: Part) -> PooledBackbone:
        """The encoder and pooling whose features the part's heads get."""
        if self.recipe.finetuned:
            return load_finetuned(self.recipe.backbone, part.encoder / "backbone.pt")
        return load_pooled(self.recipe.backbone, self.recipe.experts.used)

    def data(self, part: Part) -> Dataset:
        """The table with features from the part's encoder."""
        data = self.prepare()
        if not self.recipe.finetuned:
            return data
        if self._tuned_data is None or self._tuned_data[0] != part.encoder:
            features = self._features(data.utterances, self.encoder(part))
            self._tuned_data = (part.encoder, replace(data, features=features))
        return self._tuned_data[1]

    def finetune(self, part: Part, resume: bool, progress: Progress) -> None:
        """Fine-tunes the encoder of a part and saves it in the part's folder."""
        data = self.prepare()
        finetune(
            data.utterances,
            data.label_indices(),
            len(data.labels),
            part.fold.indices(data.utterances, "train"),
            answered_rows(data, part.fold.indices(data.utterances, "validation")),
            self.recipe.backbone,
            self.recipe.finetune,
            part.seed,
            part.encoder,
            resume,
            progress,
            targets=data.targets(),
            tracked=self.tracked(part.encoder, "fine-tuning", fold=part.fold.name, seed=part.seed),
        )

    def tracked(self, folder: Path, what: str, **more: str | float) -> Tracked:
        """Where to log curves or scores of something in the run's folder; `more` are settings besides the recipe's."""
        name = f"{folder.relative_to(self._top).as_posix()} {what}".removeprefix(". ")
        settings = {**_flat(asdict(self.recipe)), **more}
        return Tracked(self.recipe.trackers, self._top, self.recipe.name, name, settings)

    def parts(self, for_pack: bool = False) -> list[Part]:
        """The trainings of the protocol, or with `for_pack` the single one for the pack."""
        data = self.prepare()
        if for_pack:
            folds = [everyone(data.utterances, self.recipe.training.validation_share)]
            seeds = self.recipe.protocol.seeds[:1]
        else:
            folds, seeds = list(read_folds(self.folder / "folds.json")), self.recipe.protocol.seeds
        return [
            Part(fold, seed, *(root / fold.name / str(seed) for root in (self.folder, self.encoders)))
            for fold in folds
            for seed in seeds
        ]

    def fit(self, resume: bool = False, for_pack: bool = False) -> None:
        """Trains every part that is not trained yet: its encoder if that is fine-tuned, then its heads."""
        fit_encoders([(self, for_pack)], resume)
        if not self.is_main:
            return
        waiting = [p for p in self.parts(for_pack) if not (p.folder / "head.pt").is_file()]
        for part in _progress(waiting, "heads trained"):
            data = self.data(part)
            train, validation = self._rows(part)
            part.folder.mkdir(parents=True, exist_ok=True)
            if self.recipe.is_itself:
                fitted = as_fitted(part.encoder / "finetuned-head.pt", data, train, self.recipe)
            else:
                tracked = self.tracked(part.folder, "head", fold=part.fold.name, seed=part.seed)
                fitted = fit_head(data, train, validation, self.recipe, part.seed, part.folder, resume, tracked=tracked)
            save_head(part.folder / "head.pt", fitted)
            (part.folder / "checkpoint.pt").unlink(missing_ok=True)

    def _rows(self, part: Part) -> tuple[Ints, Ints]:
        """Rows for training and for validation. If the recipe tunes on corpora, all are for training."""
        utterances = self.prepare().utterances
        train, validation = part.fold.indices(utterances, "train"), part.fold.indices(utterances, "validation")
        if self.recipe.protocol.tuned_on == "corpora":
            return np.sort(np.concatenate([train, validation])), np.zeros(0, dtype=np.int64)
        return train, validation

    def tune(self, for_pack: bool = False) -> None:
        """Chooses temperature, k and alpha of every part, and then retrains it on the held-out speakers too."""
        self.fit(for_pack=for_pack)
        for part in _progress(self.parts(for_pack), "heads tuned"):
            tuned_path, refit_path = part.folder / "tuned.json", part.folder / "refit.pt"
            train, validation = self._rows(part)
            if not tuned_path.is_file():
                write_json(tuned_path, asdict(self._tune(part, train, validation)))
            refit = self.recipe.training.refit and not self.recipe.is_itself
            if refit and len(validation) and not refit_path.is_file():
                epochs = load_head(part.folder / "head.pt", self.recipe).epochs
                both = np.sort(np.concatenate([train, validation]))
                fitted = self._fit_on(part, both, epochs)
                save_head(refit_path, replace(fitted, epochs=epochs))

    def _tune(self, part: Part, train: Ints, validation: Ints) -> Tuned:
        data, recipe = self.data(part), self.recipe
        heads = list(self._tuning_heads(part, train, validation))
        heard = [h for head in heads for h in tuning_answers(data, *head, recipe.knn, recipe.voices)]
        tuned = tune(heard, recipe.knn)
        if names := recipe.corpora.dimensions:
            tuned = replace(tuned, dimension_penalty=tune_penalty(data, heads, names, recipe.voices))
        if not recipe.voices:
            return tuned
        strangers = [(fitted, rows) for fitted, _, rows in heads]
        spread = tune_spread(data, strangers, tuned.temperature)
        strangers = [(_with_spread(fitted, spread), rows) for fitted, rows in strangers]
        known_temperature = tune_known_temperature(data, strangers, tuned.temperature)
        return replace(tuned, voice_spread=spread, known_temperature=known_temperature)

    def _tuning_heads(self, part: Part, train: Ints, validation: Ints) -> Iterator[tuple[FittedHead, Ints, Ints]]:
        """Yields a head, the rows it was trained on, and rows of unknown speakers to tune on.

        The latter are the validation speakers, or each training corpus in turn with a head trained on the others.
        """
        data, recipe = self.data(part), self.recipe
        if recipe.protocol.tuned_on == "speakers":
            yield load_head(part.folder / "head.pt", recipe), train, validation
            return
        corpora = np.array([data.utterances[i].corpus for i in train])
        for corpus in np.unique(corpora):
            known, strangers = train[corpora != corpus], train[corpora == corpus]
            if not len(known):
                raise RecipeError(
                    f'`protocol.tuned_on` is "corpora", but only {corpus} is left to train on: add more corpora.'
                )
            yield self._fit_without(part, known), known, strangers

    def _fit_without(self, part: Part, known: Ints) -> FittedHead:
        """A head trained on these rows; saved, since two folds that leave out the same two corpora share it."""
        digest = sha256(known.tobytes()).hexdigest()[:16]
        for other in (*self.parts(), *self.parts(for_pack=True)):
            path = other.folder / "head.pt"
            if other.seed == part.seed and path.is_file() and np.array_equal(self._rows(other)[0], known):
                return load_head(path, self.recipe)
        path = self.folder / "without" / f"{digest}-{part.seed}.pt"
        if not path.is_file():
            save_head(path, self._fit_on(part, known, self.recipe.training.epochs))
        return load_head(path, self.recipe)

    def _fit_on(self, part: Part, rows: Ints, epochs: int) -> FittedHead:
        """A head trained on exactly these rows, without early stopping."""
        training = replace(self.recipe.training, epochs=epochs, patience=0)
        empty = np.zeros(0, dtype=np.int64)
        return fit_head(self.data(part), rows, empty, replace(self.recipe, training=training), part.seed)

    @property
    def is_main(self) -> bool:
        """Whether this is the first of the launched processes."""
        return bool(this_process().is_main_process)

    def final_head(self, part: Part) -> FittedHead:
        """The head that is tested and exported, with the tuned voices."""
        refit = part.folder / "refit.pt"
        fitted = load_head(refit if refit.is_file() else part.folder / "head.pt", self.recipe)
        return _with_spread(fitted, self.tuned(part).voice_spread)

    def tuned(self, part: Part) -> Tuned:
        return Tuned(**json.loads((part.folder / "tuned.json").read_text(encoding="utf-8")))


def fit_encoders(runs: Sequence[tuple[Run, bool]], resume: bool = False) -> None:
    """Fine-tunes all encoders that the runs' recipes ask for and that are not trained yet, in all launched processes.

    This is the only step that the processes do together; whatever follows is done by the first alone. If all encoders
    are trained, the processes don't have to wait for each other.

    Args:
        runs: Runs, each with whether the training for the pack is meant.
        resume: Continue from checkpoints.

    Raises:
        DiskFullError: The disk has too little free space for the encoders.
    """
    waiting = [
        (run, part)
        for run, for_pack in runs
        if run.recipe.finetuned
        for part in run.parts(for_pack)
        if not (part.encoder / "backbone.pt").is_file()
    ]
    if not waiting:
        return
    quiet = not waiting[0][0].is_main
    sizes = {encoder: _bytes(load_pooled(encoder)) for encoder in {run.recipe.backbone for run, _ in waiting}}
    size = sum(sizes[run.recipe.backbone] for run, _ in waiting) + AT_WORK * max(sizes.values())
    announce(f"{len(waiting)} fine-tuned encoders", size, waiting[0][0].folder, quiet=quiet)
    planned = [
        Planned(run.recipe.finetune.epochs, len(part.fold.indices(run.prepare().utterances, "train")))
        for run, part in waiting
    ]
    progress = FineTuningProgress(planned, quiet)
    for run, part in waiting:
        run.finetune(part, resume, progress.epoch)
        progress.trained()


def _bytes(model: PooledBackbone) -> int:
    return sum(weight.nbytes for weight in model.state_dict().values())


def _with_spread(fitted: FittedHead, spread: float) -> FittedHead:
    return replace(fitted, prior=replace(fitted.prior, spread=spread))


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, str | float]:
    """Nested settings as a flat table for trackers, such as {"finetune.epochs": 5}."""
    flat: dict[str, str | float] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value if isinstance(value, int | float) else str(value)
    return flat


def environment() -> dict[str, Any]:
    """Versions of Python and packages, and facts about the machine, to be kept with the results."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "cpus": os.cpu_count(),
        "threads": torch.get_num_threads(),
        **{name: version(name) for name in PACKAGES},
    }


def inspection_summary(found: Inspection) -> dict[str, Any]:
    """Counts and lists for inspection.json."""
    speakers: dict[str, set[str]] = {}
    labels: dict[str, dict[str, int]] = {}
    for u in found.utterances:
        speakers.setdefault(u.corpus, set()).add(u.speaker)
        counts = labels.setdefault(u.corpus, {})
        counts[u.label] = counts.get(u.label, 0) + 1
    return {
        "clips": len(found.utterances),
        "speakers": {corpus: len(names) for corpus, names in speakers.items()},
        "labels": labels,
        "broken": [[_name(u), why] for u, why in found.broken],
        "duplicates": [[_name(u), _name(first)] for u, first in found.duplicates],
    }


def _name(utterance: Utterance) -> str:
    return utterance.id


def write_json(path: Path, data: Any) -> None:
    """Writes JSON to a temporary file, then renames it, so that the file is never half written."""
    beside = path.with_name(path.name + ".part")
    beside.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(path)


def _progress(items: Sequence[T], what: str) -> Iterator[T]:
    yield from tqdm(items, desc=what, leave=False, disable=None)
