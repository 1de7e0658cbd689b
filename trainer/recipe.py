"""A recipe: one TOML file with all settings of a run. An unknown key is an error that names the key."""

import difflib
import json
import tomllib
import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from desktop_app.engine.pack.format import Weighting, is_pack_name
from desktop_app.errors import VoiceKinError

T = TypeVar("T")

Statistic = Literal["mean", "deviation"]
STATISTICS: tuple[Statistic, ...] = ("mean", "deviation")
Augmentation = Literal["noise", "volume", "reverberation", "pitch", "mixed", "chain", "edges", "channel", "room"]
"""Augmentations of a waveform, see trainer.data.augment."""
Dimension = Literal["arousal", "dominance", "valence"]
"""`KNOWN_DIMENSIONS` of desktop_app.engine.pack.format."""
Tracker = Literal["tensorboard", "wandb", "mlflow"]
Expert = Literal["encoder", "log_mel", "pitch", "timbre"]
EXPERTS: tuple[Expert, ...] = get_args(Expert)
Projection = Literal["query", "key", "value", "output", "feed-forward"]
"""Linear layers of a transformer layer: those of its attention, and the two of its feed-forward block."""
ENCODER_ALONE: tuple[Expert, ...] = ("encoder",)


CALLED = {int: "a whole number", float: "a number", bool: "true or false", str: "a string"}


class RecipeError(VoiceKinError):
    """A recipe that can't be read or followed."""


class OtherResultsError(RecipeError):
    """A run's folder holds the results of another recipe or of other clips."""


@dataclass(frozen=True)
class FrontEnd:
    """What is done to the audio before it enters the encoder.

    Attributes:
        level: "peak" shifts each log-mel so that its loudest bin is the same in every clip, "rms" scales each waveform
            to zero mean and unit variance, "none" leaves the level as it is. "peak" suits Whisper, "rms" the others,
            which were pretrained that way if their configuration says so.
        floor: The log-mel is cut off this many log10 units below its loudest bin; Whisper was trained with 8.
        trim_db: Frames at both ends that are more than this many dB below the loudest one are cut off; 0 cuts nothing.
    """

    level: str = "none"
    floor: float = 8.0
    trim_db: float = 0.0


@dataclass(frozen=True)
class CorporaRecipe:
    """Which corpora are used, and how their labels are treated.

    Attributes:
        names: Loaders of trainer.data.corpora.
        folders: Folder of a corpus, by the corpus's name; the default is the folder of that name in VOICEKIN_CORPORA.
        columns: For a table of your own clips whose columns are not called path, label, speaker and so on: the name of
            each such column. `votes` lists the columns that count votes, for example "angry,happy,sad".
        soft_labels: Where several annotators voted, the training target is the distribution of their votes; otherwise
            it is the label that most of them chose. WA, UA and the datastore use the majority label in either case.
        ties: A clip without a majority label is left out and listed ("leave-out"), or gets the first of the tied labels
            in the order of `labels` ("first").
        dimensions: Predicted in addition to the label, by a linear map of the embedding that is fitted on the training
            clips; some clips of the corpora must be rated for them. MSP-Podcast, IEMOCAP and audformat have ratings.
        scale: Lowest and highest rating in a table of your own clips; predictions are scaled to 0 to 1.
        labels: The labels that the classifier predicts, in the order of the logits.
        label_map: Corpus label -> label of this recipe, or "" to leave its clips out; labels not listed stay as is.
        train_all_labels: Train on every label of the corpora, but predict only `labels`. Otherwise clips with other
            labels are left out.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    folders: Mapping[str, str] = field(default_factory=dict)
    label_map: Mapping[str, str] = field(default_factory=dict)
    train_all_labels: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    soft_labels: bool = False
    ties: Literal["leave-out", "first"] = "leave-out"
    dimensions: tuple[Dimension, ...] = ()
    scale: tuple[float, ...] = (0.0, 1.0)


@dataclass(frozen=True)
class BackboneRecipe:
    """The speech encoder, and how its output is pooled.

    Attributes:
        name: A local folder, a name under VOICEKIN_MODELS, or a name on the Hugging Face hub.
        layers: Number of layers to keep, from the bottom; 0 for all.
        pooled_layers: Layers whose statistics are the pooled features; 0 is the input of the first layer.
        pools: Frames to compute the statistics over: "all", "speech" (without the silence at both ends), or both.
        statistics: Statistics of the frames: "mean", "deviation" (the standard deviation), or both.
        weighted_sum: Sum the pooled layers with learned weights, instead of concatenating them.
        attention: Weight the frames by learned attention, instead of equally. The weights of this and of `weighted_sum`
            are learned in fine-tuning; with `finetune.layers` = 0 only these and the head are trained there.
        max_seconds: Longer clips are cut to this length in training; the app splits them at pauses.
        front_end: See FrontEnd.
        precision: Number format for encoding: "float32", or "bfloat16" where the processor is fast at it.
    """

    name: str = "openai/whisper-base"
    layers: int = 3
    pooled_layers: tuple[int, ...] = (2, 3)
    pools: tuple[Literal["all", "speech"], ...] = ("all",)
    statistics: tuple[Statistic, ...] = STATISTICS
    weighted_sum: bool = False
    attention: bool = False
    max_seconds: float = 15.0
    front_end: FrontEnd = field(default_factory=FrontEnd)
    precision: Literal["float32", "bfloat16"] = "float32"

    @property
    def learns(self) -> bool:
        """Whether the pooling has weights to learn."""
        return self.weighted_sum or self.attention


@dataclass(frozen=True)
class ExpertsRecipe:
    """Weight of each expert in the product of experts; 0 leaves an expert out. See trainer.model.head.

    Attributes:
        encoder: Uses the pooled features of the encoder's layers. Always needed, since its embedding finds neighbours.
        log_mel: Uses statistics of the encoder's own log-mel spectrogram; only Whisper has one.
        pitch: Uses the course of pitch and loudness, and the tempo; see trainer.model.prosody.
        timbre: Uses spectral shape, formants and voice quality; see trainer.model.prosody.
    """

    encoder: float = 1.0
    log_mel: float = 0.0
    pitch: float = 0.0
    timbre: float = 0.0

    @property
    def used(self) -> tuple[Expert, ...]:
        """Experts with a weight above 0, in the order of their blocks in the pooled features."""
        return tuple(name for name in EXPERTS if getattr(self, name) > 0)

    @property
    def weights(self) -> tuple[float, ...]:
        """Weights of the experts in `used`."""
        return tuple(getattr(self, name) for name in self.used)


@dataclass(frozen=True)
class AugmentRecipe:
    """Augmented copies of the training clips; see trainer.data.augment.

    Attributes:
        kinds: "noise", "volume", "reverberation", "pitch", "mixed" (one of these at random), "chain" (several of these
            in a row), "edges" (different silence at both ends), "channel" (another room and microphone, a chain of
            several) or "room" (the same room and microphone for all clips of a speaker; parts, tempo and noise differ
            by clip). With several kinds, the copies of a clip go through them in turn.
        copies: Number of augmented copies of each clip, encoded in addition to the clean clip.
        clean_share: Probability that training takes the clean clip rather than a copy.
    """

    kinds: tuple[Augmentation, ...] = ("mixed",)
    copies: int = 0
    clean_share: float = 0.5


@dataclass(frozen=True)
class FineTuneRecipe:
    """Fine-tuning of the encoder together with a head; see trainer.training.finetune.

    Attributes:
        layers: Number of top layers to train; 0 leaves the encoder frozen, -1 trains all layers. The convolutions at
            the bottom always stay frozen, as is usual.
        lora_rank: Rank of low-rank adapters (LoRA), which are trained instead of the weights of these layers and merged
            with them at the end; 0 trains the weights themselves.
        lora_alpha: The output of an adapter is scaled by lora_alpha / lora_rank.
        lora_on: The projections that get adapters.
        epochs: Maximum number of epochs. An epoch draws as many clips as there are, in batches.
        batch_size: N of eq. (1), summed over all processes.
        accumulate: Number of batches whose gradients are added up before a step.
        optimiser: "adamw" or "sgd" (with momentum).
        learning_rate, head_learning_rate: Learning rates of the encoder, and of the head that is trained with it.
        momentum, weight_decay: Settings of the optimiser.
        schedule: The learning rate rises and falls once ("one-cycle"), or is divided by ten when the validation loss
            has not improved for `plateau_patience` epochs ("plateau").
        warm_up: Share of the steps in which the learning rate rises; then it falls linearly to 0.
        plateau_patience: See `schedule`.
        lambda_scl, tau, label_smoothing: See TrainingRecipe.
        scl: Average the losses of the anchors in eq. (1) ("mean"), so that lambda means the same at every batch size,
            or add them up ("sum").
        kinds: Augmentations, one drawn for each clip; empty for clean clips only.
        pairs: A batch is N clips and an augmented copy of each, even if lambda is 0. Otherwise it is N clips, of which
            a share of `augmented_share` is augmented.
        augmented_share: See `pairs`.
        copies: Number of augmented copies of each clip to draw from, made by `kinds` in turn; 0 makes a new one each
            time. With copies, the frozen layers process each clip and copy only once, in evaluation mode, and their
            output is kept on disk: see trainer.training.states.
        speakers: Each batch is drawn from this many speakers, and for half of them the mean of their clips is
            subtracted; 0 draws single clips.
        buckets: Draw this many batches at once and regroup their clips by length, so that less of a batch is padding; 1
            leaves the batches as drawn. An epoch has the same clips, but other clips share a batch.
        crop_seconds: Longer clips are cropped to this length at a random position.
        balance: See TrainingRecipe.
        precision: "no", or mixed precision in "bf16" or "fp16".
        compile: Compile the model with torch.compile: "default", or on a GPU "reduce-overhead", which records CUDA
            graphs and needs `accumulate` = 1. The saved model is not a compiled one.
        checkpointing: Recompute the layers' activations in the backward pass instead of keeping them: less memory,
            about a third more time, and the same results.
        select: Keep the epoch with the highest validation UA ("ua") or the lowest validation loss ("loss").
        patience: Stop after this many epochs without improvement; 0 runs all epochs and keeps the last weights.
        width, embedding, dropout, scale: Settings of the head that is trained with the encoder, see HeadRecipe.
        second_head: Evaluate and export not the fine-tuned model, but heads that are trained afterwards on the features
            of its encoder with the settings of [head], [training] and [baseline]. These can use a speaker's known
            voice. The report shows both.
    """

    layers: int = 0
    lora_rank: int = 0
    lora_alpha: float = 16.0
    lora_on: tuple[Projection, ...] = ("query", "value")
    epochs: int = 10
    batch_size: int = 32
    accumulate: int = 1
    optimiser: Literal["adamw", "sgd"] = "adamw"
    learning_rate: float = 1e-4
    head_learning_rate: float = 1e-3
    momentum: float = 0.9
    weight_decay: float = 0.01
    schedule: Literal["one-cycle", "plateau"] = "one-cycle"
    warm_up: float = 0.1
    plateau_patience: int = 20
    lambda_scl: float = 0.1
    tau: float = 0.07
    scl: Literal["mean", "sum"] = "mean"
    label_smoothing: float = 0.1
    kinds: tuple[Augmentation, ...] = ("mixed",)
    pairs: bool = True
    augmented_share: float = 0.5
    copies: int = 0
    speakers: int = 0
    buckets: int = 1
    crop_seconds: float = 4.0
    balance: Literal["corpus-label", "label", "none"] = "corpus-label"
    precision: Literal["no", "bf16", "fp16"] = "no"
    compile: Literal["no", "default", "reduce-overhead"] = "no"
    checkpointing: bool = False
    select: Literal["ua", "loss"] = "ua"
    patience: int = 0
    width: int = 256
    embedding: int = 128
    dropout: float = 0.2
    scale: float = 10.0
    second_head: bool = False

    @property
    def head(self) -> "HeadRecipe":
        """Settings of the head that is fine-tuned with the encoder."""
        return HeadRecipe(
            members=1,
            width=self.width,
            embedding=self.embedding,
            dropout=self.dropout,
            input_dropout=0.0,
            scale=self.scale,
        )


@dataclass(frozen=True)
class HeadRecipe:
    """The head: an ensemble of small two-layer networks, each with its own embedding; see trainer.model.head.

    Attributes:
        members: Number of networks; their logits are averaged, their embeddings concatenated and normalised again.
        principal_components: Number of principal components of the features that the members get as input; 0 for the
            features themselves. It speeds up training; the projection is merged into the first layer.
        width: Size of the hidden layer.
        embedding: Size of one member's embedding.
        dropout, input_dropout: Dropout of the hidden layer, and of the pooled features.
        scale: The classifier's input is the embedding, normalised to length 1, times this. With 0 it is the embedding
            before it is normalised, whose length also tells how unusual the clip is.
    """

    members: int = 4
    principal_components: int = 0
    width: int = 512
    embedding: int = 64
    dropout: float = 0.4
    input_dropout: float = 0.0
    scale: float = 10.0


@dataclass(frozen=True)
class TrainingRecipe:
    """How the head is trained.

    Attributes:
        epochs: Number of epochs. An epoch draws as many clips as there are, in batches.
        batch_size: Clips in a batch, each either clean or augmented; with `pairs`, half are copies of the other half.
        learning_rate, weight_decay, warm_up: AdamW with a one-cycle schedule; warm_up is the share of rising steps.
        pairs: If there are copies, each clip of a batch comes with one of its copies, even if lambda is 0, so that
            training sees the same data with and without SCL. Otherwise each is the clean clip with probability
            `augment.clean_share`, or else a copy.
        lambda_scl: lambda of eq. (2).
        tau: Temperature of eq. (1).
        label_smoothing: Share of the target that is spread over all labels.
        mixup: Alpha of the beta distribution for mixing pairs of features; 0 for no mixup.
        balance: Draw clips equally often from each "corpus-label" pair or each "label", or as they are ("none").
        speakers: One half of each batch is drawn from this many speakers, with the same number of clips of each, all
            clean or all from the same copy; a random share, half to all, of the mean of a speaker's clips is subtracted
            from them. The other half are single clips, with nothing subtracted. With 0, all are single clips, and their
            baselines are estimated as BaselineRecipe says.
        speaker_swap: Add the difference of two other speakers' means, times this, to half of the clips, which imitates
            new voices; 0 for none.
        jitter: Standard deviation of Gaussian noise added to the standardised features.
        ema: Decay of the moving average of the weights, which is what is kept; 0 for none.
        patience: Stop after this many epochs without a better validation UA; 0 keeps the last epoch.
        validation_share: Share of the training speakers that is held out to tune k, alpha and temperature.
        refit: After tuning, train again on training and validation speakers together. With `protocol.tuned_on` =
            "corpora" no speakers are held out for validation to begin with.
    """

    epochs: int = 20
    batch_size: int = 256
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    warm_up: float = 0.15
    pairs: bool = True
    lambda_scl: float = 0.1
    tau: float = 0.07
    label_smoothing: float = 0.1
    mixup: float = 0.0
    balance: Literal["corpus-label", "label", "none"] = "corpus-label"
    speakers: int = 0
    speaker_swap: float = 0.0
    jitter: float = 0.0
    ema: float = 0.0
    patience: int = 0
    validation_share: float = 0.2
    refit: bool = True


@dataclass(frozen=True)
class BaselineRecipe:
    """The speaker's baseline (the mean features of their voice) in training and testing.

    Attributes:
        train_counts: Numbers of a speaker's clips to estimate the baseline from, one drawn for each estimate; 0 stands
            for an unknown speaker.
        in_part: Probability that only a random part of the baseline is subtracted from a training clip, to cover
            the cases between an unknown and a well-known voice.
        moods: What is subtracted from the clips before they are averaged: the "true" offset of each clip's emotion, or
            nothing ("ignored").
        draws: Number of baselines estimated for each speaker and epoch.
        clips_to_half: Shrinkage is n / (n + clips_to_half); 0 estimates clips_to_half on the training speakers.
    """

    train_counts: tuple[int, ...] = (0, 0, 3, 10, 30, 1000)
    in_part: float = 0.0
    moods: Literal["true", "ignored"] = "ignored"
    draws: int = 8
    clips_to_half: float = 5.0

    @property
    def used(self) -> bool:
        """Whether a baseline is ever subtracted when the heads are trained."""
        return any(self.train_counts)


@dataclass(frozen=True)
class KnnRecipe:
    """Grid for tuning eq. (4); `protocol.tuned_on` says on which clips.

    Attributes:
        k: Candidates for the number of neighbours.
        alpha: Candidates for the weight of the neighbours.
        temperature: Candidates for the temperature of the distance weighting, in units of distance.
        weighting: Candidates for how neighbours count.
    """

    k: tuple[int, ...] = (1, 2, 4, 8, 16, 32)
    alpha: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    temperature: tuple[float, ...] = (0.02, 0.05, 0.1, 0.2)
    weighting: tuple[Weighting, ...] = ("distance", "vote")


@dataclass(frozen=True)
class ProtocolRecipe:
    """Which speakers are for training and which for testing; see trainer.data.folds.

    Attributes:
        kind: The protocol; "published" uses the folds that come with an EmoBox list or an audformat database.
        folds: Number of folds, for "speaker-folds".
        seeds: Models are trained once with each seed.
        baseline_counts: Numbers of a test speaker's unlabelled clips to estimate the baseline from; -1 for all of them.
        draws: How many times these clips are drawn.
        tuned_on: What k, alpha, temperatures and thresholds are tuned on: validation "speakers", or each of the
            training "corpora" in turn, with a head that was trained on the other corpora.
    """

    kind: Literal[
        "speaker-folds",
        "leave-one-speaker-out",
        "leave-one-corpus-out",
        "ravdess-emobox",
        "leave-two-speakers-out",
        "published",
    ] = "speaker-folds"
    folds: int = 5
    seeds: tuple[int, ...] = (0, 1, 2)
    baseline_counts: tuple[int, ...] = (0, 3, 10, 30, -1)
    draws: int = 4
    tuned_on: Literal["speakers", "corpora"] = "speakers"


@dataclass(frozen=True)
class ExportRecipe:
    """Settings of the exported pack.

    Attributes:
        version, licence: Written into the pack.
        quantise: Compute matrix products in int8, quantised per channel.
        per_speaker: Maximum number of clips of one speaker and label in the datastore, for balance; 0 for all.
        clips: Also include the recordings, so that people can listen to the neighbours. Check that the corpora's
            licences allow it.
    """

    version: str = "1.0.0"
    licence: str = "CC-BY-NC-SA-4.0"
    quantise: bool = True
    per_speaker: int = 0
    clips: bool = False


@dataclass(frozen=True)
class PublishedRecipe:
    """Published results of another system, shown next to ours; compare the protocols before comparing the figures.

    Attributes:
        name: Name of the system.
        source: Where the results were published, and their protocol.
        wa, ua: In per cent; 0 where not published.
    """

    name: str
    source: str
    wa: float = 0.0
    ua: float = 0.0


@dataclass(frozen=True)
class Recipe:
    """All settings of a run.

    Attributes:
        trackers: Where the curves of each training are written besides a CSV file, see trainer.training.curves; "wandb"
            and "mlflow" must be installed. They change no result, and can be changed after a run has begun.
    """

    name: str
    corpora: CorporaRecipe
    backbone: BackboneRecipe = BackboneRecipe()
    experts: ExpertsRecipe = ExpertsRecipe()
    augment: AugmentRecipe = AugmentRecipe()
    finetune: FineTuneRecipe = FineTuneRecipe()
    head: HeadRecipe = HeadRecipe()
    training: TrainingRecipe = TrainingRecipe()
    baseline: BaselineRecipe = BaselineRecipe()
    knn: KnnRecipe = KnnRecipe()
    protocol: ProtocolRecipe = ProtocolRecipe()
    export: ExportRecipe = ExportRecipe()
    published: tuple[PublishedRecipe, ...] = ()
    trackers: tuple[Tracker, ...] = field(default=("tensorboard",), compare=False)

    @property
    def finetuned(self) -> bool:
        """Whether anything below the heads is trained: layers of the encoder, or the pooling."""
        return self.finetune.layers != 0 or self.backbone.learns

    @property
    def is_itself(self) -> bool:
        """Whether the fine-tuned model itself is evaluated and exported, rather than second heads."""
        return self.finetuned and not self.finetune.second_head

    @property
    def final_head(self) -> HeadRecipe:
        """Settings of the head that is evaluated and exported."""
        return self.finetune.head if self.is_itself else self.head

    @property
    def voices(self) -> bool:
        """Whether speakers' baselines were subtracted in training that head. If not, nor are they in the datastore."""
        return self.finetune.speakers > 0 if self.is_itself else self.baseline.used


def load_recipe(path: Path, changes: Sequence[str] = ()) -> Recipe:
    """Read and check a recipe.

    Args:
        path: The .toml file.
        changes: Settings that override the file, KEY=VALUE each; see `change`.

    Raises:
        RecipeError: The file can't be read, or a setting is wrong; the message names the file and the key.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecipeError(
            f"There is no recipe {path}: give a .toml file, such as trainer/recipes/default.toml."
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f"The recipe {path} can't be read ({error}): correct it.") from None
    try:
        for text in changes:
            change(data, text)
        recipe = recipe_of(data)
        _check(recipe)
    except RecipeError as error:
        said = f", with {' '.join(f'--set {text}' for text in changes)}" if changes else ""
        raise RecipeError(f"The recipe {path}{said}: {error}") from None
    return recipe


def recipe_of(data: Mapping[str, Any]) -> Recipe:
    """Makes a recipe from what `tomllib` or `asdict` returns, without checking the ranges of its values.

    Raises:
        RecipeError: A key is unknown or missing, or a value has the wrong type.
    """
    return _build(Recipe, data, "")


def change(data: dict[str, Any], text: str) -> None:
    """Sets one key of a recipe's data, such as `finetune.epochs=5`. A value that isn't valid TOML is taken as a string.

    Raises:
        RecipeError: The text is not KEY=VALUE, or it asks for a key inside something that is not a table.
    """
    key, equals, value = text.partition("=")
    *tables, last = key.strip().split(".")
    if not equals or not last:
        raise RecipeError(f"`--set {text}` is not KEY=VALUE: write it like finetune.epochs=5.")
    for table in tables:
        data = data.setdefault(table, {})
        if not isinstance(data, dict):
            raise RecipeError(f"`--set {text}` asks for a key inside `{table}`, which is not a table.")
    try:
        data[last] = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        data[last] = value.strip()


def _check(recipe: Recipe) -> None:
    if not is_pack_name(recipe.name):
        raise RecipeError(f"`name` is {recipe.name!r} and may contain only letters, digits, dots, dashes, underscores.")
    labels = recipe.corpora.labels
    if len(labels) < 2 or len(set(labels)) != len(labels):
        raise RecipeError("`corpora.labels` must name at least two labels, each once.")
    if len(set(recipe.corpora.dimensions)) != len(recipe.corpora.dimensions):
        raise RecipeError("`corpora.dimensions` must name each dimension once.")
    if len(recipe.corpora.scale) != 2 or not recipe.corpora.scale[0] < recipe.corpora.scale[1]:
        raise RecipeError("`corpora.scale` must be two numbers, the lower one first, such as [1, 5].")
    training, backbone = recipe.training, recipe.backbone
    for key, value, low, high in (
        ("training.lambda_scl", training.lambda_scl, 0.0, 1.0),
        ("training.tau", training.tau, 1e-4, 100.0),
        ("training.epochs", training.epochs, 1, 100_000),
        ("training.batch_size", training.batch_size, 2, 65_536),
        ("training.validation_share", training.validation_share, 0.01, 0.9),
        ("head.members", recipe.head.members, 1, 256),
        ("backbone.max_seconds", backbone.max_seconds, 1.0, 30.0),
        ("augment.clean_share", recipe.augment.clean_share, 0.0, 1.0),
        ("protocol.folds", recipe.protocol.folds, 2, 1000),
        ("finetune.layers", recipe.finetune.layers, -1, 1000),
        ("finetune.lora_rank", recipe.finetune.lora_rank, 0, 1024),
        ("finetune.accumulate", recipe.finetune.accumulate, 1, 1000),
        ("finetune.batch_size", recipe.finetune.batch_size, 2, 65_536),
        ("finetune.copies", recipe.finetune.copies, 0, 1000),
        ("finetune.buckets", recipe.finetune.buckets, 1, 1000),
        ("baseline.draws", recipe.baseline.draws, 1, 1000),
        ("baseline.in_part", recipe.baseline.in_part, 0.0, 1.0),
    ):
        if not low <= value <= high:
            raise RecipeError(f"`{key}` is {value} and must be between {low} and {high}.")
    if backbone.front_end.level not in ("none", "peak", "rms"):
        raise RecipeError(f'`backbone.front_end.level` is "{backbone.front_end.level}" and must be none, peak or rms.')
    if recipe.experts.encoder <= 0:
        raise RecipeError("`experts.encoder` must be more than 0: its embedding is used to find neighbours.")
    if len(recipe.experts.used) > 1 and (recipe.finetuned or recipe.head.principal_components):
        raise RecipeError("Further `experts` can't be used with fine-tuning or with `head.principal_components`.")
    if training.batch_size < 4 * training.speakers:
        raise RecipeError("`training.batch_size` must be at least four times `training.speakers`.")
    if recipe.finetune.speakers and recipe.finetune.buckets > 1:
        raise RecipeError("`finetune.buckets` and `finetune.speakers` group clips in different ways: set only one.")
    if recipe.finetune.lora_rank and not (recipe.finetune.layers and recipe.finetune.lora_on):
        raise RecipeError("`finetune.lora_rank` needs `finetune.layers` and `finetune.lora_on`, where adapters go.")
    if recipe.finetune.compile == "reduce-overhead" and recipe.finetune.accumulate > 1:
        raise RecipeError('`finetune.compile` = "reduce-overhead" needs `finetune.accumulate` = 1.')
    if recipe.finetuned and recipe.protocol.tuned_on == "corpora":
        raise RecipeError('`protocol.tuned_on` = "corpora" needs a frozen encoder: fine-tuning uses all the corpora.')
    for key, values in (
        ("knn.k", recipe.knn.k),
        ("knn.alpha", recipe.knn.alpha),
        ("protocol.seeds", recipe.protocol.seeds),
    ):
        if not values:
            raise RecipeError(f"`{key}` must name at least one value.")


def _build(kind: type[T], data: Mapping[str, Any], prefix: str) -> T:
    """Makes a dataclass from a table of the file; every key must be a field."""
    assert is_dataclass(kind)
    known = {f.name: f for f in fields(kind)}
    for key in data:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean `{prefix}{near[0]}`?" if near else f"the keys here are {', '.join(known)}."
            raise RecipeError(f"there is no key `{prefix}{key}`; {hint}")
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for name, f in known.items():
        if name in data:
            values[name] = _convert(hints[name], data[name], f"{prefix}{name}")
        elif f.default is MISSING and f.default_factory is MISSING:
            raise RecipeError(f"the key `{prefix}{name}` is missing.")
    return kind(**values)


def _convert(kind: Any, value: Any, key: str) -> Any:
    """Checks that `value` fits the field's type, and converts it: lists to tuples, int to float."""
    origin = get_origin(kind)
    if is_dataclass(kind):
        if not isinstance(value, dict):
            raise RecipeError(f"`{key}` must be a table.")
        return _build(kind, value, f"{key}.")  # type: ignore[arg-type]
    if origin is Literal:
        if value not in get_args(kind):
            raise RecipeError(f"`{key}` is {value!r} and must be one of {', '.join(map(str, get_args(kind)))}.")
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise RecipeError(f"`{key}` is {value!r} and must be a list, such as {json.dumps([value])}.")
        return tuple(_convert(get_args(kind)[0], item, key) for item in value)
    if origin in (Union, types.UnionType):
        return value
    if origin is not None:  # Mapping[str, str]
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise RecipeError(f"`{key}` must be a table of strings.")
        return dict(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise RecipeError(f"`{key}` is {value!r} and must be {CALLED[kind]}.")
    return value
