"""From a trained head to a pack: the ONNX graphs, the datastore embedded with them, the map, and the model card."""

import io
import json
import logging
import warnings
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt
import onnxruntime
import torch
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from desktop_app.engine.pack.format import ENVELOPE_PEAKS, Item, KnnSettings, Pack, PackManifest
from desktop_app.engine.pack.write import write_pack
from desktop_app.engine.recognition.fusion import softmax
from desktop_app.engine.recognition.voice import voice_rows
from desktop_app.engine.sound.steady import heard
from trainer.data.corpora import Utterance
from trainer.data.features import pad_batch
from trainer.data.table import SAMPLE_RATE, Progress, Waveform, bar, envelope, read_clip
from trainer.model import prosody
from trainer.model.head import PackEncoder, PackHead
from trainer.model.pooling import PooledBackbone
from trainer.recipe import Expert, Recipe
from trainer.results.card import model_card, neighbour_table
from trainer.training.dimensions import fit_map, values_of
from trainer.training.fit import FittedHead
from trainer.training.metrics import by_speaker
from trainer.training.protocol import datastore_baselines
from trainer.training.tune import Tuned

if TYPE_CHECKING:
    from trainer.run import Run

Floats = npt.NDArray[np.float32]

OPSET = 17
COMPARED_CLIPS = 500
LOOKED_AT = 20_000
"""Most items that the map and the card are computed from. t-SNE of more takes hours, and comparing each of a million
items with each other takes a day."""
LABELS_TO_KEEP = 0.99  # the encoder is quantised only if this share of the compared clips keeps its label
ABSTAIN_SPEECH_S = 0.35
"""With fewer seconds of speech the app gives no label. 1.7 % of 480 clips drawn from four corpora have less. Noise,
tones, chords and silence have none."""

INPUTS = ["waveform", "lengths", "baseline"]
OUTPUTS = ["logits", "embedding", "pooled"]


def export_encoder(model: PackEncoder, pooled_dim: int) -> bytes:
    """encoder.onnx in float32, for any batch size and length."""
    waveform = 0.1 * torch.randn(2, SAMPLE_RATE, generator=torch.Generator().manual_seed(0))
    lengths = torch.tensor([SAMPLE_RATE, SAMPLE_RATE * 3 // 4])
    example = (waveform, lengths, torch.zeros(2, pooled_dim))
    axes = {"waveform": {0: "batch", 1: "samples"}, **{name: {0: "batch"} for name in [*INPUTS[1:], *OUTPUTS]}}
    return export_graph(model, example, INPUTS, OUTPUTS, axes)


def export_head(head: PackHead, pooled_dim: int) -> bytes:
    """head.onnx in float32, for any batch size."""
    names, answers = ["pooled", "baseline"], OUTPUTS[:2]
    axes = {name: {0: "batch"} for name in [*names, *answers]}
    return export_graph(head, (torch.zeros(2, pooled_dim), torch.zeros(2, pooled_dim)), names, answers, axes)


def export_graph(
    model: torch.nn.Module,
    example: tuple[torch.Tensor, ...],
    inputs: Sequence[str],
    outputs: Sequence[str],
    axes: Mapping[str, Mapping[int, str]],
) -> bytes:
    """A module as an ONNX graph in float32; `axes` gives names to the variable dimensions of inputs and outputs."""
    # Uses the exporter that traces. The newer one (torch 2.13) made a Whisper graph that was off by 0.55 for a clip of
    # 6,000 samples, perhaps because of its odd number of frames
    graph = io.BytesIO()
    with warnings.catch_warnings():
        # about this exporter's age, and about checks in the encoders that are always true
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model.eval(),
            example,
            graph,  # type: ignore[arg-type]
            dynamo=False,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=OPSET,
        )
    return graph.getvalue()


def quantise(graph: bytes) -> bytes:
    """The graph with products by weight matrices in int8, with a scale per channel; convolutions stay in float32."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load_from_string(graph)
    matrices = {w.name for w in model.graph.initializer if len(w.dims) == 2}
    # ONNX Runtime can't quantise the members' small stacked matrices per channel, since they have three dimensions
    others = [n.name for n in model.graph.node if n.op_type == "MatMul" and n.input[1] not in matrices]
    with TemporaryDirectory() as folder:
        source, target = Path(folder) / "float32.onnx", Path(folder) / "int8.onnx"
        onnx.save(model, str(source))
        logging.getLogger().setLevel(logging.ERROR)  # it recommends a preparation that changes nothing here
        quantize_dynamic(
            str(source),
            str(target),
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=others,
        )
        return target.read_bytes()


def session(graph: bytes, threads: int = 2) -> onnxruntime.InferenceSession:
    """An ONNX Runtime session on the CPU, as in the app."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def pack_model(encoder: PooledBackbone, fitted: FittedHead) -> PackEncoder:
    """The model that becomes encoder.onnx, in evaluation mode."""
    return PackEncoder(encoder, fitted.standardise, PackHead(fitted.head, range(fitted.n_answered))).eval()


def labels_kept(graph: bytes, quantised: bytes, clips: Sequence[Waveform], pooled_dim: int) -> float:
    """The share of clips that get the same label from both graphs, without a baseline."""
    answers = []
    for opened in (session(graph), session(quantised)):
        logits = [_run_one(opened, clip, pooled_dim, "logits") for clip in clips]
        answers.append(np.concatenate(logits).argmax(1))
    return float((answers[0] == answers[1]).mean())


def _run_one(graph: onnxruntime.InferenceSession, clip: Waveform, pooled_dim: int, output: str) -> Floats:
    """Runs the graph on one clip that has gone through `heard`, as in the app; returns float32 [1, ...]."""
    batch, lengths = pad_batch([clip])
    feed = {"waveform": batch.numpy(), "lengths": lengths.numpy(), "baseline": np.zeros((1, pooled_dim), np.float32)}
    return np.asarray(graph.run([output], feed)[0])


def balanced(utterances: Sequence[Utterance], per_speaker: int, seed: int = 0) -> list[Utterance]:
    """At most `per_speaker` random clips of each speaker and label, or all clips if that is 0."""
    if per_speaker == 0:
        return list(utterances)
    groups: dict[tuple[str, str], list[Utterance]] = defaultdict(list)
    for utterance in utterances:
        groups[utterance.speaker_key, utterance.label].append(utterance)
    rng = np.random.default_rng(seed)
    kept = {g[i].id for g in groups.values() for i in rng.permutation(len(g))[:per_speaker]}
    return [u for u in utterances if u.id in kept]


def item_map(embeddings: Floats, seed: int = 0) -> Floats:
    """Each item's position on a two-dimensional map, float32 [n, 2], by t-SNE and scaled to -1 to 1.

    If there are more than LOOKED_AT items, t-SNE places that many, and each other item gets the mean position of the
    three that are most similar to it.
    """
    n = len(embeddings)
    if n < 10:
        return PCA(2, random_state=seed).fit_transform(embeddings).astype(np.float32)  # type: ignore[no-any-return]
    some = evenly(n, LOOKED_AT)
    laid = embeddings[some]
    reduced = PCA(min(30, *laid.shape), random_state=seed).fit_transform(laid)
    places = TSNE(2, init="pca", perplexity=min(30, (len(some) - 1) / 3), random_state=seed).fit_transform(reduced)
    places = np.asarray(places / np.abs(places).max(), dtype=np.float32)
    result = np.empty((n, 2), np.float32)
    for start in range(0, n, 2_000) if len(some) < n else ():
        alike = embeddings[start : start + 2_000] @ laid.T  # of unit vectors
        result[start : start + 2_000] = places[np.argpartition(-alike, 3, axis=1)[:, :3]].mean(axis=1)
    result[some] = places
    return result


MANNER = {"pitch": ("f0_p50", 1), "melody": ("f0_range", 1), "tempo": ("peak_rate", 1), "effort": ("alpha_mean", -1)}
"""Ways of speaking, each with the feature of trainer.model.prosody that measures it, and the sign. With more vocal
effort a smaller share of the energy, alpha, is below 1 kHz (Sluijter and van Heuven, 1996), at any distance from the
microphone."""


def _manner(backbone: PooledBackbone, experts: Sequence[Expert]) -> dict[str, tuple[int, int]]:
    """The columns of `pooled` for the keys of `MANNER`, as far as the pack has these features."""
    columns: dict[str, tuple[int, int]] = {}
    start = 0
    for expert, width in zip(experts, backbone.blocks, strict=True):
        names = {"pitch": prosody.PITCH, "timbre": prosody.TIMBRE}.get(expert, ())
        columns |= {name: (start + names.index(of), sign) for name, (of, sign) in MANNER.items() if of in names}
        start += width
    return {name: columns[name] for name in MANNER if name in columns}


def export_pack(
    target: Path,
    recipe: Recipe,
    pooled_backbone: PooledBackbone,
    fitted: FittedHead,
    tuned: Tuned,
    utterances: Sequence[Utterance],
    training: Mapping[str, Any],
    scores: Mapping[str, Any],
    score_tables: str,
    progress: Progress | None = None,
) -> Pack:
    """Writes the pack.

    Args:
        target: Folder of the pack.
        recipe: The recipe that it was made with.
        pooled_backbone: The encoder with its pooling, fine-tuned or not.
        fitted: Head trained on all speakers.
        tuned: The settings chosen for it.
        utterances: The training clips, inspected. Those with a label that is predicted go into the datastore, at most
            `export.per_speaker` of each speaker and label.
        training, scores: To be written into pack.json.
        score_tables: Output of `evaluate` for MODEL_CARD.md, or "".
        progress: Called as clips are encoded.
    """
    labels, dimensions = fitted.labels[: fitted.n_answered], recipe.corpora.dimensions
    model = pack_model(pooled_backbone, fitted)
    pooled_dim = model.backbone.pooled_dim
    encoder, head = export_encoder(model, pooled_dim), export_head(model.head, pooled_dim)
    kept = balanced([u for u in utterances if u.label in labels], recipe.export.per_speaker)
    longest = round(recipe.backbone.max_seconds * SAMPLE_RATE)
    if recipe.export.quantise:
        sample = np.random.default_rng(0).permutation(len(kept))[:COMPARED_CLIPS]
        compared = [heard(read_clip(kept[i])[:longest], longest) for i in sample]
        small = quantise(encoder)
        same = labels_kept(encoder, small, compared, pooled_dim)
        training = {**training, "int8_labels_kept": round(same, 4)}
        if same >= LABELS_TO_KEEP:
            encoder, head = small, quantise(head)
        else:
            print(f"The encoder stays in float32: int8 gives {same:.1%} of {len(compared)} clips the same label.")
    encoding, heading = session(encoder), session(head)
    envelopes = np.zeros((len(kept), ENVELOPE_PEAKS), np.float32)
    with TemporaryDirectory() as folder:
        # in a file, since the features of a million recordings don't fit into memory; their embeddings take 0.5 GB
        pooled = np.memmap(Path(folder) / "pooled", np.float32, "w+", shape=(len(kept), pooled_dim))
        for i, utterance in enumerate(kept):
            samples = read_clip(utterance)[:longest]
            pooled[i] = _run_one(encoding, heard(samples, longest), pooled_dim, "pooled")
            envelopes[i] = envelope(samples)
            if progress:
                progress(i + 1, len(kept))
        embeddings = _embed(heading, pooled, kept, fitted, recipe.voices)
        del pooled  # Windows can't delete a file while it is mapped
    items = _Items(kept, envelopes, recipe.export.clips)
    clips = {item.clip: utterance.path for item, utterance in zip(items, kept, strict=True) if item.clip}
    some = evenly(len(kept), LOOKED_AT)
    neighbours = neighbour_table(embeddings[some], [kept[i] for i in some], tuned.k, labels)
    manifest = PackManifest(
        name=recipe.name,
        version=recipe.export.version,
        created=date.today().isoformat(),
        licence=recipe.export.licence,
        labels=labels,
        sample_rate=SAMPLE_RATE,
        max_seconds=recipe.backbone.max_seconds,
        embedding_dim=embeddings.shape[1],
        pooled_dim=pooled_dim,
        backbone=recipe.backbone.name,
        knn=KnnSettings(tuned.k, tuned.alpha, tuned.knn_temperature, tuned.weighting),
        calibration_temperature=tuned.temperature,
        novelty_distance=tuned.novelty_distance,
        abstain_confidence=tuned.abstain_confidence,
        abstain_speech_s=ABSTAIN_SPEECH_S,
        set_probability=tuned.set_probability,
        voice={"spread": fitted.prior.spread, "temperature": tuned.known_temperature},
        manner=_manner(model.backbone, recipe.experts.used),
        dimensions=dimensions,
        training=training,
        scores=scores,
    )
    return write_pack(
        target,
        manifest,
        encoder=encoder,
        head=head,
        embeddings=embeddings,
        items=items,
        model_card=model_card(recipe, tuned, utterances, score_tables, neighbours, training),
        voice=voice_rows(fitted.prior),
        item_map=item_map(embeddings),
        dimensions=fit_map(embeddings, values_of(kept, dimensions), tuned.dimension_penalty) if dimensions else None,
        clips=clips,
    )


def _embed(
    heading: onnxruntime.InferenceSession,
    pooled: Floats,
    utterances: Sequence[Utterance],
    fitted: FittedHead,
    voices: bool,
) -> Floats:
    """Embeddings [n, E] of pooled features [n, D], one speaker at a time, with the datastore's baselines subtracted."""

    def classify(x: Floats) -> npt.NDArray[np.float64]:
        return softmax(heading.run(["logits"], {"pooled": x, "baseline": np.zeros_like(x)})[0])

    embeddings: Floats | None = None
    for own in by_speaker([u.speaker_key for u in utterances]):
        rows = np.array(pooled[own])
        baselines = np.zeros_like(rows)
        if voices:
            baselines = datastore_baselines(rows, [""] * len(rows), classify, fitted.prior)
        found = heading.run(["embedding"], {"pooled": rows, "baseline": baselines})[0]
        if embeddings is None:
            embeddings = np.empty((len(pooled), found.shape[1]), np.float32)
        embeddings[own] = found
    assert embeddings is not None
    return embeddings


def evenly(n: int, most: int) -> npt.NDArray[np.int64]:
    """At most `most` of the numbers below n, evenly spaced."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.int64))


def clip_name(utterance: Utterance, number: int) -> str | None:
    """The recording's file name in a pack; None if the clip is only a part of a longer recording."""
    whole = utterance.start_s == 0.0 and utterance.end_s is None
    return f"clips/{number:05d}{utterance.path.suffix.lower()}" if whole else None


class _Items(Sequence[Item]):
    """The items of the datastore, each created on access."""

    def __init__(self, utterances: Sequence[Utterance], envelopes: Floats, clips: bool) -> None:
        self._utterances, self._envelopes, self._clips = utterances, envelopes, clips

    def __len__(self) -> int:
        return len(self._utterances)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, index: int | slice) -> Item | tuple[Item, ...]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        utterance = self._utterances[index]
        return Item(
            id=utterance.id,
            label=utterance.label,
            corpus=utterance.corpus,
            speaker=utterance.speaker,
            language=utterance.language,
            duration_s=utterance.duration_s,
            text=utterance.text,
            licence=utterance.licence,
            envelope=tuple(self._envelopes[index].tolist()),
            clip=clip_name(utterance, index + 1) if self._clips else None,
        )


def export_run(run: "Run", target: Path) -> Pack:
    """Writes the pack of a run: the head trained on all speakers, its settings, and the run's scores, if any."""
    data = run.prepare()
    part = run.parts(for_pack=True)[0]
    fitted, tuned = run.final_head(part), run.tuned(part)
    scores_path, tables_path = run.folder / "scores.json", run.folder / "tables.md"
    scores = json.loads(scores_path.read_text(encoding="utf-8")) if scores_path.is_file() else {}
    tables = tables_path.read_text(encoding="utf-8") if tables_path.is_file() else ""
    training = {
        "recipe": run.recipe_text(),
        "seed": part.seed,
        "epochs": fitted.epochs,
        "clips": len(data.utterances),
        "speakers": len({u.speaker_key for u in data.utterances}),
        "labels": list(data.labels),
        "versions": json.loads((run.folder / "environment.json").read_text(encoding="utf-8")),
    }
    return export_pack(
        target,
        run.recipe,
        run.encoder(part),
        fitted,
        tuned,
        data.utterances,
        training,
        scores,
        tables,
        progress=bar("clips embedded"),
    )
