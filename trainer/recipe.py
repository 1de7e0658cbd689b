"""A recipe: one TOML file that says everything about a run. A misspelt key is an error that names it."""

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
"""Of a waveform, see trainer.data.augment."""
Dimension = Literal["arousal", "dominance", "valence"]
"""`KNOWN_DIMENSIONS` of desktop_app.engine.pack.format."""
Tracker = Literal["tensorboard", "wandb", "mlflow"]
Expert = Literal["encoder", "log_mel", "pitch", "timbre"]
EXPERTS: tuple[Expert, ...] = get_args(Expert)
Projection = Literal["query", "key", "value", "output", "feed-forward"]
"""Of a transformer layer: those of its attention, and the two that follow it."""
ENCODER_ALONE: tuple[Expert, ...] = ("encoder",)


CALLED = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


class RecipeError(VoiceKinError):
    """A recipe that can't be read or followed."""


class OtherResultsError(RecipeError):
    """A run's folder holds the results of another recipe or of other clips."""


@dataclass(frozen=True)
class FrontEnd:
    """What is done to the sound before the encoder.

    Attributes:
        level: "peak" shifts each log-mel so that its loudest bin is the same in every clip, "rms" scales the waveform
            to one root mean square, "none" leaves the level as it is. Whisper has "peak", the others "rms" by nature
            (zero mean, unit variance, as they were pretrained where their configuration says so).
        floor: log10 units below the loudest bin at which the log-mel is cut off; Whisper was trained with 8.
        trim_db: Silence at both ends more than this many dB under the loudest frame is cut off; 0 keeps it.
    """

    level: str = "none"
    floor: float = 8.0
    trim_db: float = 0.0


@dataclass(frozen=True)
class CorporaRecipe:
    """Which corpora, and what becomes of their labels.

    Attributes:
        names: Loaders of trainer.data.corpora.
        folders: Where a corpus lies, by its name; else the folder of its name under VOICEKIN_CORPORA.
        columns: Of a table of one's own clips: what it calls the columns path, label, speaker and so on, where it has
            other names for them; `votes` names the columns that count votes, as "angry,happy,sad".
        soft_labels: Where several annotators voted, their shares are what is trained towards. Else it is the label
            that most of them chose; WA, UA and the datastore know that one alone in any case.
        ties: A clip whose annotators are divided equally is left out and named ("leave-out"), or has the first of
            their labels in the order of `labels` ("first").
        dimensions: What is told beside the label, where the corpora have it for some of their clips at least: a linear
            map of the embedding, fitted on the training clips. MSP-Podcast, IEMOCAP and audformat bring their own.
        scale: From where to where a table of one's own clips counts these; they are told from 0 to 1.
        labels: The labels that are answered, in the order of the logits.
        label_map: Corpus label -> label of this recipe, "" to leave its clips out; what it does not name stays.
        train_all_labels: Train on every label of the corpora and answer with `labels` alone. Otherwise clips with
            other labels are left out.
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
    """The speech encoder and what is taken from it.

    Attributes:
        name: Local folder, a name under VOICEKIN_MODELS, or on the Hugging Face hub.
        layers: Kept from the bottom; 0 for all.
        pooled_layers: Whose statistics make the pooled features; 0 is the first layer's input.
        pools: Over which frames the statistics are taken: "all", "speech" (between the silence at both ends), or both.
        statistics: Of the frames: "mean", "deviation" (standard), or both.
        weighted_sum: One sum of the pooled layers, its weights learned, in place of the layers side by side.
        attention: Frames count by weights that are learned, in place of alike. Both are learned in fine-tuning, which
            `finetune.layers` = 0 leaves to them and the head.
        max_seconds: Longer clips are cut for training; the app cuts them at pauses.
        front_end: See FrontEnd.
        precision: Of the encoding: "float32", or "bfloat16" where the processor is quick at it.
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
        """Whether the pooling has weights of its own."""
        return self.weighted_sum or self.attention


@dataclass(frozen=True)
class ExpertsRecipe:
    """What each expert's answer weighs in the product of them; 0 leaves it out. See trainer.model.head.

    Attributes:
        encoder: On the pooled features of the encoder's layers. It is always there, for its embedding finds neighbours.
        log_mel: On statistics of the encoder's own log-mel spectrogram; Whisper alone has one.
        pitch: On how pitch, loudness and tempo move; see trainer.model.prosody.
        timbre: On spectral shape, formants and voice quality; see there.
    """

    encoder: float = 1.0
    log_mel: float = 0.0
    pitch: float = 0.0
    timbre: float = 0.0

    @property
    def used(self) -> tuple[Expert, ...]:
        """Those that weigh something, in the order of their blocks in the pooled features."""
        return tuple(name for name in EXPERTS if getattr(self, name) > 0)

    @property
    def weights(self) -> tuple[float, ...]:
        """Of `used`."""
        return tuple(getattr(self, name) for name in self.used)


@dataclass(frozen=True)
class AugmentRecipe:
    """Copies of the training clips, changed; see trainer.data.augment.

    Attributes:
        kinds: "noise", "volume", "reverberation", "pitch", "mixed" (one of these, drawn), "chain" (some of these, one
            after another), "edges" (other silence at
            both ends), "channel" (another room and microphone, a chain of several) or "room" (one room and microphone
            for all clips of a speaker; parts, tempo and noise by clip); one after the other until there are enough.
        copies: How many copies of each clip are encoded beside the clean one.
        clean_share: How often training takes the clean clip where copies are there.
    """

    kinds: tuple[Augmentation, ...] = ("mixed",)
    copies: int = 0
    clean_share: float = 0.5


@dataclass(frozen=True)
class FineTuneRecipe:
    """Fine-tuning of the encoder together with a head; see trainer.training.finetune.

    Attributes:
        layers: Top layers that are thawed; 0 leaves the encoder frozen, -1 thaws all of them. The convolutions at the
            bottom stay frozen, as is usual.
        lora_rank: These layers keep their weights and learn low-rank adapters of such a rank (LoRA) in place of them,
            which are merged in the end; 0 for the weights themselves.
        lora_alpha: What an adapter adds is scaled by lora_alpha / lora_rank.
        lora_on: The projections that have one.
        epochs: At most so many, each as many clips as there are, drawn in batches.
        batch_size: N of eq. (1), over all processes.
        accumulate: Batches whose gradients are added up before a step.
        optimiser: "adamw" or "sgd" (with momentum).
        learning_rate, head_learning_rate: Of the encoder, and of the head that is fine-tuned with it.
        momentum, weight_decay: Of the optimiser.
        schedule: The learning rate rises and falls once ("one-cycle"), or falls to a tenth when the validation loss has
            not fallen for `plateau_patience` epochs ("plateau").
        warm_up: Share of the steps in which the learning rate rises; then it falls linearly to 0.
        plateau_patience: See `schedule`.
        lambda_scl, tau, label_smoothing: As in the training of the heads.
        scl: The losses of the anchors of eq. (1) are averaged ("mean"), so that lambda means the same for every batch
            size, or added up ("sum").
        kinds: Augmentations, drawn for each clip; none for the clean clips alone.
        pairs: The batch is N clips and an augmented copy of each, whatever lambda is. Else it is N clips, of which
            `augmented_share` are augmented.
        augmented_share: See there.
        copies: Augmented copies of each clip that are drawn from, of `kinds` in turn; 0 for a new one each time. With
            copies the frozen layers hear each clip and copy once, as in evaluation, and what they give is kept on disk:
            see trainer.training.states.
        speakers: Batches are of so many speakers, and half of them have the mean of their clips taken off; 0 for
            clips drawn one by one.
        buckets: So many batches are drawn at once and then parted by length, so that less of a batch is padding; 1
            leaves them as they were drawn. What an epoch hears is the same, but not which clips meet in a batch.
        crop_seconds: Longer clips are cut at a random place.
        balance: As in the training of the heads.
        precision: "no", or mixed precision in "bf16" or "fp16".
        compile: The model is compiled by torch.compile: "default", or on a GPU "reduce-overhead", which records CUDA
            graphs and goes only with `accumulate` = 1. What is saved is the plain model.
        checkpointing: The layers' activations are computed again for the gradients in place of kept: less memory for
            about a third more time, and the same results.
        select: The epoch that is kept has the best validation UA ("ua"), or the least validation loss ("loss").
        patience: Epochs without a better one after which it stops; 0 for all epochs and the last weights.
        width, embedding, dropout, scale: Of the head that is fine-tuned with it, see HeadRecipe.
        second_head: What is evaluated and exported is not the model that was fine-tuned, but heads trained after it on
            what its encoder then hears, as [head], [training] and [baseline] say: these can know a speaker's voice.
            The report has both.
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
        """Of the head that is fine-tuned with the encoder."""
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
        members: How many; logits are averaged, embeddings laid side by side and normalised again.
        principal_components: The members see so many of the features' principal components; 0 for the features as
            they are. It trains faster, and the projection becomes part of the first layer.
        width: Of the hidden layer.
        embedding: Of one member's embedding.
        dropout, input_dropout: Of the hidden layer and of the pooled features.
        scale: The classifier reads the embedding, of length 1, times this; 0: it reads it before its length is taken
            away, and with it how far the clip lies from the ordinary.
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
        epochs: As many as there are clips, drawn in batches.
        batch_size: With `pairs`, of N clips and N augmented ones; else of clips, each augmented or not.
        learning_rate, weight_decay, warm_up: AdamW with one cycle; warm_up is the share of steps going up.
        pairs: Where there are copies, each clip of a batch comes with one of its own, whatever lambda is, so that with
            and without SCL the same is heard. Else each is the clean clip by `augment.clean_share`, or a copy.
        lambda_scl: lambda of eq. (2).
        tau: Temperature of eq. (1).
        label_smoothing: Share of the target spread over all labels.
        mixup: Alpha of the beta distribution that mixes pairs of features; 0 for none.
        balance: Clips are drawn alike from each "corpus-label", "label", or as they come ("none").
        speakers: Half of a batch are so many speakers, of each as many clips of one and the same copy, with the mean of
            these clips taken off, from half of it to all; the other half are clips drawn one by one, with nothing
            taken off. 0: all clips are drawn one by one, and their baselines as `baseline` says.
        speaker_swap: Strength of a difference of two other speakers' means, added to half of the clips: new voices.
        jitter: Standard deviation of Gaussian noise on the standardised features.
        ema: Decay of the weights' moving average that is kept in the end; 0 for none.
        patience: Epochs without a better validation UA after which training stops; 0 keeps the last.
        validation_share: Of the training speakers, held out to tune k, alpha and temperature.
        refit: Train once more on training and validation speakers together when all is tuned. With `protocol.tuned_on`
            = "corpora" nobody is held out for validation in the first place.
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
    """The speaker's baseline in training and testing.

    Attributes:
        train_counts: From how many of the speaker's clips it is estimated, drawn for each; 0 for a speaker not known.
        in_part: How often only a random part of it is taken off a training clip: what lies between a stranger and a
            voice well known.
        moods: What is taken off a training clip before averaging: the emotion's "true" offset, or nothing ("ignored").
        draws: Baselines estimated for each speaker and epoch.
        clips_to_half: Shrinkage n / (n + clips_to_half); 0 measures it on the training speakers.
    """

    train_counts: tuple[int, ...] = (0, 0, 3, 10, 30, 1000)
    in_part: float = 0.0
    moods: Literal["true", "ignored"] = "ignored"
    draws: int = 8
    clips_to_half: float = 5.0

    @property
    def used(self) -> bool:
        """Whether the heads trained by it ever see a voice taken off."""
        return any(self.train_counts)


@dataclass(frozen=True)
class KnnRecipe:
    """What is searched for eq. (4); see `protocol.tuned_on`.

    Attributes:
        k: Candidates.
        alpha: Candidates.
        temperature: Candidates, in units of distance, of the distance weighting.
        weighting: Candidates.
    """

    k: tuple[int, ...] = (1, 2, 4, 8, 16, 32)
    alpha: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    temperature: tuple[float, ...] = (0.02, 0.05, 0.1, 0.2)
    weighting: tuple[Weighting, ...] = ("distance", "vote")


@dataclass(frozen=True)
class ProtocolRecipe:
    """Who is trained on and who is tested on; see trainer.data.folds.

    Attributes:
        kind: One of the protocols; "published" for the folds that came with an EmoBox list or an audformat database.
        folds: How many, for "speaker-folds".
        seeds: Each trains its own models.
        baseline_counts: Unlabelled clips of the test speaker that its baseline is estimated from; -1 for all of them.
        draws: How often those clips are drawn.
        tuned_on: What k, alpha, temperatures and thresholds are chosen on: validation "speakers", or the training
            "corpora", each answered by a head trained on the others, as a stranger to all of them would be.
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
    """The pack.

    Attributes:
        version, licence: As they stand in the pack.
        quantise: Matrix products in int8, per channel.
        per_speaker: At most so many clips of a speaker and label in the datastore, for balance; 0 for all.
        clips: The recordings themselves go into the pack too, to be heard as neighbours. Mind their licence.
    """

    version: str = "1.0.0"
    licence: str = "CC-BY-NC-SA-4.0"
    quantise: bool = True
    per_speaker: int = 0
    clips: bool = False


@dataclass(frozen=True)
class PublishedRecipe:
    """A row of others' figures, shown beside one's own; see their protocol before comparing.

    Attributes:
        name: Of the system.
        source: Where it was published, with what its protocol is.
        wa, ua: Per cent, 0 where it is not given.
    """

    name: str
    source: str
    wa: float = 0.0
    ua: float = 0.0


@dataclass(frozen=True)
class Recipe:
    """Everything about a run.

    Attributes:
        trackers: Where the curves of each training go beside its CSV, see trainer.training.curves; "wandb" and "mlflow"
            must be installed. It changes no result, and may be changed in a run that has begun.
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
        """Whether there is anything to learn below the heads."""
        return self.finetune.layers != 0 or self.backbone.learns

    @property
    def is_itself(self) -> bool:
        """Whether the model that is fine-tuned is the one that is evaluated and exported, and no second head is."""
        return self.finetuned and not self.finetune.second_head

    @property
    def final_head(self) -> HeadRecipe:
        """Of the head that is evaluated and exported."""
        return self.finetune.head if self.is_itself else self.head

    @property
    def voices(self) -> bool:
        """Whether that head has ever heard a voice taken off. Else the datastore has none taken off either."""
        return self.finetune.speakers > 0 if self.is_itself else self.baseline.used


def load_recipe(path: Path, changes: Sequence[str] = ()) -> Recipe:
    """Read and check a recipe.

    Args:
        path: The .toml file.
        changes: KEY=VALUE each, over what the file says; see `change`.

    Raises:
        RecipeError: With one sentence that names the file and the key.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecipeError(
            f"There is no recipe {path}: name a .toml file, such as trainer/recipes/default.toml."
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
    """A recipe of a table such as a recipe's file holds, or `asdict` gives; not checked further.

    Raises:
        RecipeError: A key is unknown, missing or of another type.
    """
    return _build(Recipe, data, "")


def change(data: dict[str, Any], text: str) -> None:
    """Set one key of a recipe's data, as `finetune.epochs=5`; the value is as in TOML, and a bare word is a text.

    Raises:
        RecipeError: It is not KEY=VALUE, or within a key that is no table.
    """
    key, equals, value = text.partition("=")
    *tables, last = key.strip().split(".")
    if not equals or not last:
        raise RecipeError(f"`--set {text}` is no KEY=VALUE: write it as finetune.epochs=5.")
    for table in tables:
        data = data.setdefault(table, {})
        if not isinstance(data, dict):
            raise RecipeError(f"`--set {text}` asks for a key within `{table}`, which is no table.")
    try:
        data[last] = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        data[last] = value.strip()


def _check(recipe: Recipe) -> None:
    if not is_pack_name(recipe.name):
        raise RecipeError(f"`name` is {recipe.name!r} and may hold only letters, digits, dot, dash and underscore.")
    labels = recipe.corpora.labels
    if len(labels) < 2 or len(set(labels)) != len(labels):
        raise RecipeError("`corpora.labels` must name at least two labels, each once.")
    if len(set(recipe.corpora.dimensions)) != len(recipe.corpora.dimensions):
        raise RecipeError("`corpora.dimensions` must name each dimension once.")
    if len(recipe.corpora.scale) != 2 or not recipe.corpora.scale[0] < recipe.corpora.scale[1]:
        raise RecipeError("`corpora.scale` must be two numbers, the lower first, as [1, 5].")
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
            raise RecipeError(f"`{key}` is {value} and must lie between {low} and {high}.")
    if backbone.front_end.level not in ("none", "peak", "rms"):
        raise RecipeError(f'`backbone.front_end.level` is "{backbone.front_end.level}" and must be none, peak or rms.')
    if recipe.experts.encoder <= 0:
        raise RecipeError("`experts.encoder` must weigh more than 0: neighbours are found by its embedding.")
    if len(recipe.experts.used) > 1 and (recipe.finetuned or recipe.head.principal_components):
        raise RecipeError("`experts` beside the encoder go with neither fine-tuning nor `head.principal_components`.")
    if training.batch_size < 4 * training.speakers:
        raise RecipeError("`training.batch_size` must be four times `training.speakers` at the least.")
    if recipe.finetune.speakers and recipe.finetune.buckets > 1:
        raise RecipeError("`finetune.buckets` parts clips that `finetune.speakers` keeps together: set one of the two.")
    if recipe.finetune.lora_rank and not (recipe.finetune.layers and recipe.finetune.lora_on):
        raise RecipeError("`finetune.lora_rank` needs `finetune.layers` and `finetune.lora_on`: where adapters go.")
    if recipe.finetune.compile == "reduce-overhead" and recipe.finetune.accumulate > 1:
        raise RecipeError('`finetune.compile` = "reduce-overhead" needs `finetune.accumulate` = 1.')
    if recipe.finetuned and recipe.protocol.tuned_on == "corpora":
        raise RecipeError('`protocol.tuned_on` is "corpora", but an encoder that is fine-tuned has heard them all.')
    for key, values in (
        ("knn.k", recipe.knn.k),
        ("knn.alpha", recipe.knn.alpha),
        ("protocol.seeds", recipe.protocol.seeds),
    ):
        if not values:
            raise RecipeError(f"`{key}` must name at least one value.")


def _build(kind: type[T], data: Mapping[str, Any], prefix: str) -> T:
    """An instance of a dataclass from a table of the file; every key must be one of its fields."""
    assert is_dataclass(kind)
    known = {f.name: f for f in fields(kind)}
    for key in data:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean `{prefix}{near[0]}`?" if near else f"known here are {', '.join(known)}."
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
    """`value` as the field's type asks."""
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
            raise RecipeError(f"`{key}` is {value!r} and must be a list, as {json.dumps([value])}.")
        return tuple(_convert(get_args(kind)[0], item, key) for item in value)
    if origin in (Union, types.UnionType):
        return value
    if origin is not None:  # Mapping[str, str]
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise RecipeError(f"`{key}` must be a table of texts.")
        return dict(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise RecipeError(f"`{key}` is {value!r} and must be {CALLED[kind]}.")
    return value
