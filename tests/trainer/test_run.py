"""A whole run on tiny corpora and a tiny encoder, from prepare to a pack that the app opens."""

import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from annoy import AnnoyIndex

from desktop_app.engine.pack.format import INDEX, KnnSettings
from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.recognition.encoder import Encoder
from desktop_app.engine.recognition.fusion import softmax
from desktop_app.engine.recognition.recogniser import Recogniser
from desktop_app.engine.recognition.verify import verify_pack
from desktop_app.engine.sound.steady import heard
from desktop_app.errors import Cancelled
from tests.trainer import made_corpora as made
from tests.trainer.tiny_backbones import save_tiny
from trainer.cli import main
from trainer.data.corpora import Utterance
from trainer.data.features import FeatureCache, pad_batch, pooled_features
from trainer.data.table import read_clip
from trainer.model.pooling import load_pooled
from trainer.recipe import AugmentRecipe, OtherResultsError
from trainer.results.evaluate import answer_part, in_words
from trainer.results.export import export_encoder, export_head, export_run, pack_model, quantise, session
from trainer.run import Part, Run
from trainer.training.fit import Dataset, FittedHead, fit_head
from trainer.training.protocol import Condition, datastore_items
from trainer.training.tune import Heard, Tuned, tuning_answers

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

RECIPE = """
name = "tiny"
[corpora]
names = {names}
labels = ["angry", "happy", "neutral", "sad"]
{corpora}
[backbone]
name = "tiny"
layers = 2
pooled_layers = [1, 2]
max_seconds = 3.0
[head]
members = 2
width = 32
embedding = 8
[training]
epochs = 3
batch_size = 16
[knn]
k = [2, 4]
alpha = [0.0, 0.5]
temperature = [0.1]
[protocol]
kind = "{kind}"
folds = 3
seeds = [0, 1]
baseline_counts = [0, 3, 10, -1]
draws = 2
{more}
"""

PUBLISHED = """
[[published]]
name = "theirs"
wa = 61.25
source = "a journal, other folds"
"""

FOUR = '["ravdess", "emodb", "nemo", "ased"]'


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the tiny corpora and the tiny encoder."""
    made.ravdess(tmp_path / "corpora" / "ravdess", range(1, 7))
    made.emodb(tmp_path / "corpora" / "emodb")
    made.nemo(tmp_path / "corpora" / "nemo")
    made.ased(tmp_path / "corpora" / "ased")
    save_tiny("whisper", tmp_path / "models" / "tiny")
    monkeypatch.setenv("VOICEKIN_CORPORA", str(tmp_path / "corpora"))
    monkeypatch.setenv("VOICEKIN_MODELS", str(tmp_path / "models"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_recipe(
    place: Path, names: str = FOUR, corpora: str = "", kind: str = "leave-one-corpus-out", more: str = ""
) -> str:
    path = place / "tiny.toml"
    path.write_text(RECIPE.format(names=names, corpora=corpora, kind=kind, more=more), encoding="utf-8")
    return str(path)


def run(command: str, recipe: str, *more: str) -> int:
    return main([command, "--recipe", recipe, "--threads", "1", *more])


def test_from_corpora_to_a_pack_that_the_app_opens(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = write_recipe(place)
    assert run("report", recipe) == 0
    folder = place / "runs" / "tiny"
    scores = json.loads((folder / "scores.json").read_text())
    assert set(scores["conditions"]) >= {"0", "3", "10", "all", "10, one mood", "10, 8 in 10 of one mood"}
    assert set(scores["conditions"]["0"]["by_fold"]) == {"ravdess", "emodb", "nemo", "ased"}
    for known in ("0", "10"):
        entry = scores["conditions"][known]
        added, low, high = entry["knn_adds"]
        assert added == pytest.approx(entry["ua_fused"] - entry["ua_model"], abs=1e-9)
        assert low <= added <= high
    assert "| 10, one mood |" in capsys.readouterr().out
    page = (folder / "report.html").read_text()
    assert page.count("data:image/png;base64,") == page.count("<figcaption>") == len(scores["conditions"]) + 3
    assert f'alt="Expected calibration error {scores["conditions"]["0"]["ece"]:.3f}; confidence and' in page
    recall = 100 * scores["conditions"]["0"]["confusion"][0][0] / sum(scores["conditions"]["0"]["confusion"][0])
    assert f'alt="Answered correctly: angry {recall:.0f} %' in page
    assert "<pre>     sure right" in page  # drawn in text: a paragraph would run its lines together
    assert "http" not in page.replace("http://www.w3.org", "")  # self-contained
    assert (folder / "figures" / "confusion-0.svg").is_file()

    assert run("export", recipe, "--output", "pack") == 0
    pack = load_pack(place / "pack")
    assert all(check.ok for check in verify_pack(place / "pack"))
    assert pack.manifest.labels == ("angry", "happy", "neutral", "sad")
    assert len(pack.items) == 48 + 32 + 24 + 16
    assert pack.map is not None
    assert pack.map.shape == (120, 2)
    assert pack.voice is not None
    card = pack.model_card()
    assert "CC BY-NC-SA 4.0" in card
    assert "| 10, one mood |" in card  # the scores travel with the pack
    assert "voicekin-train evaluate --recipe tiny.toml" in card
    assert f"ECE {scores['conditions']['0']['ece']:.3f}" in card
    assert card.count("     sure right  0") == 2  # the calibration of a stranger's clip, and with ten known
    clip = place / "corpora" / "emodb" / "wav" / "03a01Wa.wav"
    answer = Recogniser(pack).recognise_file(clip)
    assert answer.label in pack.manifest.labels
    assert len(pack.items[0].envelope) == 64


def test_test_speakers_get_the_tuned_temperature_and_are_not_in_the_datastore(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Run(Path(write_recipe(place)), place / "run")
    opened.tune()
    part = opened.parts()[0]
    data, stored = opened.data(part), []

    def note(data: Dataset, fitted: FittedHead, rows: Ints, voices: bool) -> Any:
        stored.append(rows)
        return datastore_items(data, fitted, rows, voices)

    monkeypatch.setattr("trainer.results.evaluate.datastore_items", note)
    test = part.fold.indices(data.utterances, "test")
    cold, warm = tuned_at(part, 0.5), tuned_at(part, 2.0)
    logits, _ = opened.final_head(part).answer(opened.final_head(part).pooled(data.features[0, test]), np.float32(0))
    for tuned, temperature in ((cold, 0.5), (warm, 2.0)):
        monkeypatch.setattr(Run, "tuned", lambda *_, tuned=tuned: tuned)
        (answered,) = answer_part(opened, part, [Condition(0)])
        np.testing.assert_array_equal(answered.rows, test)
        np.testing.assert_allclose(answered.probabilities[1], softmax(logits / temperature), atol=1e-6)
        assert answered.thresholds.tolist() == [0.25] * len(test)
    speakers = [{data.utterances[i].speaker_key for i in rows} for rows in (*stored, test)]
    assert not speakers[0] & speakers[-1]
    assert speakers[0] | speakers[-1] == {u.speaker_key for u in data.utterances}


def tuned_at(part: Part, temperature: float) -> Tuned:
    tuned = json.loads((part.folder / "tuned.json").read_text(encoding="utf-8"))
    return Tuned(**{**tuned, "temperature": temperature, "set_probability": 0.25})


def test_a_pack_carries_what_was_tuned_and_a_balanced_share_of_the_clips(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = "[export]\nper_speaker = 1\nquantise = false\n"
    opened = Run(Path(write_recipe(place, '["ravdess"]', kind="speaker-folds", more=more)), place / "run")
    opened.tune(for_pack=True)
    chosen = Tuned(1.75, 1.25, 3, 0.25, 0.6, "vote", 0.9, 0.35, 0.15, 50.0, 50.0, voice_spread=0.55)
    monkeypatch.setattr(Run, "tuned", lambda *_: chosen)
    pack = export_run(opened, place / "pack")
    manifest = pack.manifest
    assert manifest.knn == KnnSettings(3, 0.25, 0.6, "vote")
    assert manifest.calibration_temperature == 1.75
    assert (manifest.novelty_distance, manifest.abstain_confidence) == (0.9, 0.35)
    assert (manifest.set_probability, manifest.voice) == (0.15, {"spread": 0.55, "temperature": 1.25})
    counts = Counter((item.speaker, item.label) for item in pack.items)
    assert set(counts.values()) == {1}
    assert len(counts) == 6 * 4


def test_a_stage_that_is_done_is_not_done_again(place: Path) -> None:
    recipe = write_recipe(place)
    assert run("tune", recipe) == 0
    folder = place / "runs" / "tiny"
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*.pt")}
    assert len(before) == 4 * 2 * 2  # folds, seeds, head and refit
    assert run("tune", recipe) == 0
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*.pt")} == before


def test_settings_are_tuned_on_corpora_that_the_heads_were_not_trained_on(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Run(Path(write_recipe(place, more='tuned_on = "corpora"')), place / "run")
    utterances = opened.prepare().utterances
    told: list[tuple[set[str], set[str]]] = []

    def note(data: Dataset, fitted: FittedHead, known: Ints, strangers: Ints, *more: Any) -> list[Heard]:
        sides = [{utterances[i].corpus for i in rows} for rows in (known, strangers)]
        told.append((sides[0], sides[1]))
        kept = Run._fit_on(opened, part, known, 3)  # trained on exactly the known rows
        torch.testing.assert_close(fitted.head.state_dict(), kept.head.state_dict())
        return tuning_answers(data, fitted, known, strangers, *more)

    monkeypatch.setattr("trainer.run.tuning_answers", note)
    opened.fit()
    part = next(p for p in opened.parts() if p.fold.name == "nemo" and p.seed == 0)
    monkeypatch.setattr(Run, "parts", lambda *_, **__: [part])
    opened.tune()
    assert [s for _, s in told] == [{"ased"}, {"emodb"}, {"ravdess"}]
    assert all(known | strangers == {"ased", "emodb", "ravdess"} and not known & strangers for known, strangers in told)
    assert sorted(p.name for p in part.folder.glob("*.pt")) == ["head.pt"]  # nobody was held out: no second training
    everyone = np.flatnonzero([u.corpus != "nemo" for u in utterances])
    whole = opened._fit_on(part, everyone, 3).head.state_dict()
    torch.testing.assert_close(opened.final_head(part).head.state_dict(), whole)


def test_tuning_on_corpora_needs_two_to_train_on(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = write_recipe(place, '["ravdess"]', kind="speaker-folds", more='tuned_on = "corpora"')
    assert run("tune", recipe) == 1
    assert "add more corpora" in capsys.readouterr().err


def test_a_run_stopped_by_ctrl_c_resumes_to_the_same_weights(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = write_recipe(place, '["ravdess"]', kind="speaker-folds")
    assert run("fit", recipe, "--run", "whole") == 0
    trained = []

    def fit_three(*arguments: Any, **more: Any) -> FittedHead:
        if len(trained) == 3:
            raise Cancelled
        trained.append(fit_head(*arguments, **more))
        return trained[-1]

    monkeypatch.setattr("trainer.run.fit_head", fit_three)
    assert run("fit", recipe, "--run", "broken") == 130
    assert "To continue, run the same command with --resume." in capsys.readouterr().err
    monkeypatch.setattr("trainer.run.fit_head", fit_head)
    assert run("fit", recipe, "--run", "broken", "--resume") == 0
    heads = sorted(p.relative_to("whole") for p in Path("whole").rglob("head.pt"))
    assert len(heads) == 6
    for head in heads:
        first, second = (torch.load(Path(name) / head, weights_only=True)["head"] for name in ("whole", "broken"))
        assert all(torch.equal(first[key], second[key]) for key in first)


def test_set_changes_a_run_and_is_kept_with_it(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = write_recipe(place, '["ravdess"]', kind="speaker-folds")
    changed = ("--set", "training.epochs=2", "--set", "protocol.seeds=[5]")
    assert run("fit", recipe, *changed) == 0
    folder = place / "runs" / "tiny"
    assert len(list(folder.glob("*/5/head.pt"))) == 3
    assert len((folder / "fold1" / "5" / "metrics.csv").read_text().splitlines()) == 1 + 2
    assert run("evaluate", recipe, *changed) == 0
    assert run("evaluate", recipe, "--set", "training.epochs=1") == 1
    assert "another version of this recipe" in capsys.readouterr().err


def test_another_recipe_does_not_mix_into_a_run(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("prepare", write_recipe(place)) == 0
    folder = place / "runs" / "tiny"
    assert run("prepare", write_recipe(place, more="[baseline]\ndraws = 3\n"), "--set", "protocol.folds=2") == 0
    assert "draws = 3" in (folder / "recipe.toml").read_text()  # nothing was trained by the first
    assert (folder / "changes.txt").read_text() == "protocol.folds=2\n"
    (place / "corpora" / "emodb" / "wav" / "03a01Wa.wav").unlink()
    assert run("prepare", write_recipe(place, kind="speaker-folds"), "--set", "protocol.folds=2") == 0
    folds = json.loads((folder / "folds.json").read_text())
    assert [f["name"] for f in folds] == ["fold1", "fold2"]
    (folder / "fold1").mkdir()
    (folder / "fold1" / "head.pt").touch()
    assert run("prepare", write_recipe(place, more="[baseline]\ndraws = 3\n")) == 1
    assert "choose another --run" in capsys.readouterr().err


def test_a_folder_that_cant_be_written_is_an_error(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "a file").touch()
    recipe = write_recipe(place, '["own"]', 'folders = {own = "my-clips"}', "speaker-folds")
    assert main(["prepare", "--recipe", recipe, "--run", "a file"]) == 1
    assert capsys.readouterr().err == "a file can't be used (File exists): check it, or choose another path.\n"


def test_prepare_lists_what_it_found(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "corpora" / "emodb" / "wav" / "03a01Wa.wav").write_bytes(b"no sound")
    assert run("prepare", write_recipe(place)) == 0
    assert "emodb/03a01Wa is left out: " in capsys.readouterr().out
    found = json.loads((place / "runs" / "tiny" / "inspection.json").read_text())
    assert found["broken"][0][0] == "emodb/03a01Wa"
    assert found["clips"] == 119
    folds = json.loads((place / "runs" / "tiny" / "folds.json").read_text())
    assert {f["name"] for f in folds} == {"ravdess", "emodb", "nemo", "ased"}


def test_the_error_about_too_few_speakers_lists_the_clips_left_out(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made.own(place / "my clips", speakers=("ann", "bob"))
    (place / "my clips" / "calm" / "cy").mkdir()
    (place / "my clips" / "calm" / "cy" / "1.wav").write_bytes(b"no sound")
    save_tiny("whisper", place / "models" / "whisper-base")
    assert main(["own", "my clips", "--threads", "1"]) == 1
    said = capsys.readouterr().err
    assert "There is a choice of only 2 speakers (own/ann, own/bob)" in said
    assert "own/calm/cy/1 is left out: " in said


def test_a_folder_of_clips_becomes_a_pack(place: Path) -> None:
    made.own(place / "my-clips")
    recipe = write_recipe(place, '["own"]', 'folders = {own = "my-clips"}', "leave-one-speaker-out")
    text = Path(recipe).read_text().replace('["angry", "happy", "neutral", "sad"]', '["calm", "cross"]')
    Path(recipe).write_text(text, encoding="utf-8")
    assert run("export", recipe, "--output", "own-pack") == 0
    pack = load_pack(place / "own-pack")
    answers = [Recogniser(pack).recognise_file(p).label for p in sorted((place / "my-clips").rglob("?.wav"))[:2]]
    assert set(answers) <= {"calm", "cross"}


def test_one_command_makes_a_pack_of_a_folder(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made.own(place / "my clips")
    save_tiny("whisper", place / "models" / "whisper-base")
    assert main(["own", "my clips", "--threads", "1"]) == 0
    assert "voicekin pack install" in capsys.readouterr().out
    pack = load_pack(place / "runs" / "my-clips" / "pack")
    assert pack.manifest.labels == ("calm", "cross")
    assert pack.manifest.name == "my-clips"
    assert len(pack.items) == 40
    kept = {read_clip(Utterance("", pack.path(item.clip or ""), "", "", "")).tobytes() for item in pack.items}
    assert kept == {read_clip(Utterance("", p, "", "", "")).tobytes() for p in (place / "my clips").rglob("*.wav")}
    assert list((place / "runs" / "my-clips" / "everyone" / "0" / "tensorboard" / "metrics").iterdir())

    (place / "my clips" / "notes.txt").touch()
    made.write(place / "my clips" / "calm" / "ann" / "one more.wav", made.tone(0, 0, 99))
    (place / "my clips" / "calm" / "ann" / "broken.mp3").write_bytes(b"no sound")
    assert main(["own", "my clips", "--threads", "1"]) == 0  # the folder has grown: training starts anew
    said = capsys.readouterr().out
    assert "The clips have changed: training starts anew. The earlier results are now in runs/my-clips-1." in said
    assert "41 clips of 4 speakers can be used." in said
    assert "notes.txt is left out: its name is not that of a recording." in said
    assert "own/calm/ann/broken is left out: " in said
    assert len(load_pack(place / "runs" / "my-clips" / "pack").items) == 41
    assert len(load_pack(place / "runs" / "my-clips-1" / "pack").items) == 40


def test_a_pack_of_own_clips_predicts_dimensions(place: Path) -> None:
    made.own(place / "my clips")
    save_tiny("whisper", place / "models" / "whisper-base")
    table = place / "my clips" / "clips.csv"
    rows = ["path,label,speaker,arousal"]
    for path in sorted(table.parent.rglob("*.wav")):
        label, speaker = path.parts[-3:-1]
        rows.append(f"{path.relative_to(table.parent)},{label},{speaker},{6 if label == 'cross' else 2}")
    table.write_text("\n".join(rows), encoding="utf-8")
    asked = ["--set", "training.epochs=3", "--set", 'corpora.dimensions=["arousal"]', "--set", "corpora.scale=[1, 7]"]
    assert main(["own", "my clips", "--threads", "1", *asked]) == 0
    folder = place / "runs" / "my-clips"
    arousal = json.loads((folder / "scores.json").read_text())["conditions"]["0"]["dimensions"]["arousal"]
    assert arousal["clips"] == 40
    row = f"| 0 | {arousal['ccc']:.2f} ({arousal['low']:.2f} to {arousal['high']:.2f}) | 40 |"
    assert row in (folder / "tables.md").read_text()
    pack = load_pack(folder / "pack")
    assert pack.manifest.dimensions == ("arousal",)
    assert "arousal by a linear map of the embedding" in pack.model_card()
    recogniser = Recogniser(pack)
    told = {
        label: np.mean(
            [recogniser.recognise_file(p).dimensions["arousal"] for p in (table.parent / label).rglob("1.wav")]
        )
        for label in ("cross", "calm")
    }
    assert told["cross"] > told["calm"]
    table.write_text("\n".join([*rows[:-1], f"{rows[-1][:-1]}5"]), encoding="utf-8")  # results rest on the values
    with pytest.raises(OtherResultsError):
        Run(folder / "my-folder.toml", folder, asked[1::2]).prepare()


def test_own_says_how_often_the_pack_is_right(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made.own(place / "my clips")
    save_tiny("whisper", place / "models" / "whisper-base")
    assert main(["own", "my clips", "--threads", "1", "--set", "training.epochs=1"]) == 0
    said = capsys.readouterr().out
    alone = json.loads((place / "runs" / "my-clips" / "scores.json").read_text())["conditions"]["0"]
    expected = f"right in {alone['ua_fused']:.0f} of 100 recordings, every label counted alike (95 %: "
    assert expected + f"{alone['ua_low']:.0f} to {alone['ua_high']:.0f}); by chance it would be 50." in said
    assert "# --set training.epochs=1" in load_pack(place / "runs" / "my-clips" / "pack").manifest.training["recipe"]


@pytest.mark.parametrize(("low", "said"), [(49.0, True), (50.5, False)])
def test_a_pack_that_is_no_better_than_chance_is_called_that(low: float, said: bool) -> None:
    scores = {"labels": ["a", "b"], "conditions": {"0": {"ua_fused": 60.0, "ua_low": low, "ua_high": 70.0}}}
    assert ("no better than chance" in in_words(scores)) == said


def test_a_pack_is_not_written_over_the_clips(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made.own(place / "my clips")
    clips = sorted((place / "my clips").rglob("*.wav"))
    assert main(["own", "my clips", "--output", "my clips"]) == 1
    assert "is no pack" in capsys.readouterr().err
    assert sorted((place / "my clips").rglob("*.wav")) == clips
    assert not (place / "runs" / "my-clips" / "everyone").exists(), "told before the training"


@pytest.mark.parametrize(
    ("label", "says"), [("calm", "All clips of clips have the label 'calm'"), ("", "clip.wav has no speaker")]
)
def test_a_folder_with_too_little_for_a_pack(
    place: Path, capsys: pytest.CaptureFixture[str], label: str, says: str
) -> None:
    made.write(place / "clips" / label / "ann" / "clip.wav", made.tone(0, 0, 0))
    assert main(["own", "clips"]) == 1
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("speakers", "says"),
    [(("ann",), "only one speaker"), (("ann", "bob"), "only 2 speakers"), (("ann", "bob", "cy"), "can't make")],
)
def test_too_few_speakers(
    place: Path, capsys: pytest.CaptureFixture[str], speakers: tuple[str, ...], says: str
) -> None:
    made.own(place / "my-clips", ("angry", "happy", "neutral", "sad"), speakers)
    recipe = write_recipe(place, '["own"]', 'folders = {own = "my-clips"}', "speaker-folds")
    Path(recipe).write_text(Path(recipe).read_text().replace("folds = 3", "folds = 4"), encoding="utf-8")
    assert run("prepare", recipe) == 1
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    "experts", ["", "[experts]\nencoder = 0.5\nlog_mel = 0.2\npitch = 0.2\ntimbre = 0.1\n"], ids=["encoder", "experts"]
)
def test_pytorch_and_onnx_agree_and_int8_keeps_the_labels(place: Path, experts: str) -> None:
    opened = Run(Path(write_recipe(place, more=experts)), place / "run")
    opened.fit(for_pack=True)
    opened.tune(for_pack=True)
    part = opened.parts(for_pack=True)[0]
    model = pack_model(opened.encoder(part), opened.final_head(part))
    dim = model.backbone.pooled_dim
    graph, head = export_encoder(model, dim), export_head(model.head, dim)
    encoder_session, head_session, int8 = session(graph), session(head), session(quantise(graph))
    clips = [made.tone(label, voice, 7, seconds) for label, voice, seconds in ((0, 1, 0.3), (1, 2, 1.01), (2, 3, 2.5))]
    baseline = 0.1 * np.random.default_rng(0).standard_normal((3, dim)).astype(np.float32)
    kept = []
    for chosen in ([0], [1], [2], [0, 1, 2]):
        waveform, lengths = pad_batch([clips[i] for i in chosen])
        feed = {"waveform": waveform.numpy(), "lengths": lengths.numpy(), "baseline": baseline[chosen]}
        with torch.inference_mode():
            expected = [t.numpy() for t in model(waveform, lengths, torch.from_numpy(baseline[chosen]))]
        logits, embedding, pooled = encoder_session.run(["logits", "embedding", "pooled"], feed)
        assert np.abs(softmax(logits) - softmax(expected[0])).max() <= 1e-4
        assert np.abs(embedding - expected[1]).max() <= 1e-4
        np.testing.assert_allclose(np.linalg.norm(embedding, axis=1), 1.0, atol=1e-4)
        again = head_session.run(["logits", "embedding"], {"pooled": pooled, "baseline": baseline[chosen]})
        assert np.abs(again[0] - logits).max() <= 1e-4
        assert np.abs(again[1] - embedding).max() <= 1e-4
        kept += (int8.run(["logits"], feed)[0].argmax(1) == logits.argmax(1)).tolist()
    assert sum(kept) >= len(kept) - 1


def test_features_are_cached_by_sound_and_survive_a_torn_file(place: Path) -> None:
    opened = Run(Path(write_recipe(place)), place / "run")
    first = opened.prepare()
    (folder,) = (path for path in (place / "cache" / "features").iterdir() if path.is_dir())
    with (folder / "rows.f32").open("ab") as rows:
        rows.write(b"torn")  # killed while writing
    encoded: list[int] = []
    again = pooled_features(first.utterances, opened.recipe.backbone, progress=lambda done, _: encoded.append(done))
    np.testing.assert_array_equal(again, first.features)
    assert not encoded
    cache = FeatureCache(folder, first.features.shape[2])
    cache.append(["new"], first.features[0, :1])
    np.testing.assert_array_equal(FeatureCache(folder, first.features.shape[2]).rows(["new"]), first.features[0, :1])


def test_copies_have_other_features(place: Path) -> None:
    clip = place / "long.wav"
    made.write(clip, made.tone(0, 1, 0, 2.0))
    utterances = [Utterance("x", clip, "own", "1", "sad", duration_s=2.0, digest="0123456789abcdef")]
    recipe = Run(Path(write_recipe(place)), place / "run").recipe.backbone
    encoded: list[tuple[int, int]] = []
    augmentation = AugmentRecipe(("room", "noise"), 4)
    features = pooled_features(utterances, recipe, augmentation, lambda *progress: encoded.append(progress))
    assert encoded == [(done, 5) for done in range(1, 6)]
    assert features.shape[:2] == (5, 1)
    assert len(np.unique(features[:, 0], axis=0)) == 5
    np.testing.assert_array_equal(features[:1], pooled_features(utterances, recipe))


def test_features_of_clips_cut_at_another_length_are_cached_separately(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = place / "long.wav"
    made.write(clip, np.concatenate([made.tone(label, 1, 0, 1.0) for label in (0, 3)]))
    utterances = [Utterance("x", clip, "own", "1", "sad", duration_s=2.0, digest="0123456789abcdef")]
    save_tiny("wav2vec2", place / "models" / "any-length")  # Whisper's spectrum is of one length, and so is its cache
    whole = replace(Run(Path(write_recipe(place)), place / "run").recipe.backbone, name="any-length")
    longer, shorter = (pooled_features(utterances, replace(whole, max_seconds=s)) for s in (2.0, 1.0))
    monkeypatch.setenv("VOICEKIN_CACHE", str(place / "another"))
    np.testing.assert_array_equal(shorter, pooled_features(utterances, replace(whole, max_seconds=1.0)))
    assert np.abs(longer - shorter).max() > 1e-3


def test_two_runs_share_a_feature_cache(tmp_path: Path) -> None:
    first, second = FeatureCache(tmp_path, 2), FeatureCache(tmp_path, 2)
    for number, cache in enumerate((first, second, first)):
        cache.append([f"clip{number}"], np.full((1, 2), number, np.float32))
    assert first.rows(["clip0", "clip1", "clip2"])[:, 0].tolist() == [0.0, 1.0, 2.0]


def test_cached_clips_are_not_read_again(tmp_path: Path) -> None:
    """At 900,000 keys reading all of them at each append would take longer than encoding the clips."""
    first = FeatureCache(tmp_path, 2)
    first.append(["clip0", "clip1"], np.array([[0, 0], [1, 1]], np.float32))
    path = tmp_path / "keys.txt"
    path.write_bytes(path.read_bytes().replace(b"clip", b"junk"))
    other = FeatureCache(tmp_path, 2)
    other.append(["clip2"], np.full((1, 2), 2, np.float32))
    with path.open("ab") as keys:
        keys.write(b"clip9")  # killed while writing: neither a whole key nor a row
    first.append(["clip3"], np.full((1, 2), 3, np.float32))
    assert first.rows(["clip3", "clip2", "clip1"])[:, 0].tolist() == [3.0, 2.0, 1.0]
    assert "clip9" not in first
    assert path.read_bytes() == b"junk0\njunk1\nclip2\nclip3\n"


@pytest.mark.corpora
def test_published_corpora_are_complete(corpora: Path) -> None:
    from trainer.data.corpora import load_corpus

    counts = {name: len(load_corpus(name, corpora / name)) for name in ("ravdess", "emodb", "nemo", "ased")}
    assert counts == {"ravdess": 1440, "emodb": 535, "nemo": 3491, "ased": 2474}


FINETUNE = "[finetune]\nlayers = {layers}\nepochs = 2\nbatch_size = 8\nkinds = ['volume']\npatience = 2\n{more}\n"


def write_finetuning(place: Path, layers: int = 1, pooling: str = "", more: str = "", quantised: str = "false") -> str:
    """A recipe that fine-tunes on tiny RAVDESS with one seed, and knows nothing of a speaker."""
    more = FINETUNE.format(layers=layers, more=more) + f"[export]\nquantise = {quantised}\n"
    recipe = write_recipe(place, '["ravdess"]', kind="speaker-folds", more=more)
    text = Path(recipe).read_text().replace("seeds = [0, 1]", "seeds = [0]").replace("[0, 3, 10, -1]", "[0]")
    Path(recipe).write_text(text.replace("[backbone]", f"[backbone]\n{pooling}"), encoding="utf-8")
    return recipe


def steadied(utterance: Utterance) -> Floats:
    """What the encoder gets of a clip of up to three seconds."""
    return heard(read_clip(utterance), 3 * 16_000)


def finetuned_answers(run: Run, part: Part, rows: Ints) -> tuple[Floats, Floats]:
    """Logits and embeddings of the model in backbone.pt and finetuned-head.pt, put together by hand."""
    saved = torch.load(part.encoder / "finetuned-head.pt", weights_only=True)
    pooled = load_pooled(run.recipe.backbone)
    pooled.load_state_dict(torch.load(part.encoder / "backbone.pt", weights_only=True))
    answers = []
    for row in rows:
        samples = torch.from_numpy(steadied(run.prepare().utterances[row]))[None]
        with torch.inference_mode():
            x = (pooled(samples, torch.tensor([samples.shape[1]])) - saved["mean"]) / saved["deviation"]
            x = x.clamp(-6, 6)
            weights = saved["head"]
            hidden = torch.nn.functional.gelu(x @ weights["hidden_weights.0"][0] + weights["hidden_bias"][0])
            embedding = hidden @ weights["embedding_weight"][0] + weights["embedding_bias"][0]
            embedding = torch.nn.functional.normalize(embedding)
            logits = run.recipe.finetune.scale * embedding @ weights["logit_weight"][0] + weights["logit_bias"][0]
        answers.append((logits.numpy()[0], embedding.numpy()[0]))
    logits, embeddings = zip(*answers, strict=True)
    return np.stack(logits), np.stack(embeddings)


@pytest.mark.parametrize(
    ("layers", "more", "pooling", "family", "quantised"),
    [
        (1, "copies = 2", "", "whisper", "false"),
        (0, "", "weighted_sum = true\nattention = true\n", "whisper", "false"),
        (-1, "", "", "wav2vec2", "false"),
        (-1, "", "", "wav2vec2", "true"),
        (1, "copies = 2\nlora_rank = 4\nlearning_rate = 0.01", "", "wav2vec2", "true"),
    ],
)
def test_the_fine_tuned_model_itself_is_evaluated_and_exported(
    place: Path,
    layers: int,
    more: str,
    pooling: str,
    family: str,
    quantised: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if "copies" in more:
        monkeypatch.setattr("trainer.data.features._sound", None)  # all is heard once, for fine-tuning
    shutil.rmtree(place / "models" / "tiny")
    save_tiny(family, place / "models" / "tiny")
    recipe = write_finetuning(place, layers, pooling, more, quantised)
    assert run("evaluate", recipe) == 0
    opened = Run(Path(recipe))
    with np.load(opened.folder / "answers.npz") as answers:
        rows, p_model = answers["rows_0"], answers["probabilities_0"][1]
    asked = 0
    for part in opened.parts():
        test = part.fold.indices(opened.prepare().utterances, "test")
        logits, _ = finetuned_answers(opened, part, test)
        expected = softmax(logits, opened.tuned(part).temperature)
        np.testing.assert_allclose(p_model[[int(np.flatnonzero(rows == r)[0]) for r in test]], expected, atol=1e-4)
        asked += len(test)
    assert asked == len(rows)

    assert run("export", recipe, "--output", "pack") == 0
    pack = load_pack(place / "pack")
    assert "the head that was fine-tuned with it" in pack.model_card()
    part = opened.parts(for_pack=True)[0]
    first = np.arange(3)
    logits, embeddings = finetuned_answers(opened, part, first)
    encoder = Encoder(pack)
    pooled = encoder.encode([steadied(opened.prepare().utterances[i]) for i in first]).pooled
    encoded = encoder.head(pooled, np.zeros_like(pooled[0]))
    index = AnnoyIndex(pack.manifest.embedding_dim, "euclidean")
    index.load(str(place / "pack" / INDEX))
    stored = {item.id: index.get_item_vector(row) for row, item in enumerate(pack.items)}
    tolerance = 1e-3 if quantised == "false" else 0.1
    np.testing.assert_allclose(encoded.embedding, embeddings, atol=tolerance)
    np.testing.assert_allclose(softmax(encoded.logits), softmax(logits), atol=tolerance)
    for row, embedding in zip(first, embeddings, strict=True):
        np.testing.assert_allclose(stored[opened.prepare().utterances[row].id], embedding, atol=tolerance)
    assert Recogniser(pack).recognise_file(opened.prepare().utterances[0].path).label in pack.manifest.labels


def test_a_second_head_is_an_option_and_the_report_has_both(place: Path) -> None:
    recipe = write_finetuning(place, more="second_head = true\n")
    assert run("report", recipe) == 0
    folder = place / "runs" / "tiny"
    page = (folder / "report.html").read_text()
    assert page.index("Heads trained on the features of the fine-tuned") < page.index("The fine-tuned model itself")
    both = [json.loads((f / "scores.json").read_text()) for f in (folder, folder / "variants" / "itself")]
    assert both[0]["conditions"]["0"]["ece"] != both[1]["conditions"]["0"]["ece"]
    encoders = sorted(p.relative_to(folder).parts[0] for p in folder.rglob("backbone.pt"))
    assert len(encoders) == 3  # fine-tuned once for both
    assert "variants" not in encoders
    assert run("export", recipe, "--output", "pack") == 0
    assert (
        "small heads trained afterwards, on the features of the fine-tuned encoder"
        in load_pack(place / "pack").model_card()
    )


def test_a_report_has_published_figures_and_the_curves_of_fine_tuning(place: Path) -> None:
    recipe = write_finetuning(place, more=PUBLISHED)
    assert run("report", recipe) == 0
    page = (place / "runs" / "tiny" / "report.html").read_text()
    own = json.loads((place / "runs" / "tiny" / "scores.json").read_text())["conditions"]["0"]
    assert "<td>theirs</td><td>61.25</td><td></td><td>a journal, other folds</td>" in page
    assert f"<td>here</td><td>{own['wa']:.1f}</td><td>{own['ua_fused']:.1f} (" in page
    losses = []
    for curve in sorted((place / "runs" / "tiny").glob("*/0/finetune.csv")):
        losses.append([float(line.split(",")[1]) for line in curve.read_text().splitlines()[1:]])
    first, last = (np.mean([rows[i] for rows in losses]) for i in (0, -1))
    assert f"3 trainings; their loss goes from {first:.3f} to {last:.3f}" in page


def test_the_papers_experiment_on_a_made_iemocap(place: Path) -> None:
    made.iemocap(place / "corpora" / "iemocap")
    save_tiny("wav2vec2", place / "models" / "wav2vec2-base")
    recipe = str(Path(__file__).parents[2] / "trainer" / "recipes" / "paper-iemocap.toml")
    small = ("backbone.layers=2", "backbone.pooled_layers=[2]", "finetune.epochs=2", "protocol.seeds=[0]")
    assert run("evaluate", recipe, *(word for change in small for word in ("--set", change))) == 0
    folder = place / "runs" / "paper-iemocap"
    scores = json.loads((folder / "scores.json").read_text())
    assert len(scores["conditions"]["0"]["by_fold"]) == len(scores["tuned"]) == 10
    tuned = list(scores["tuned"].values())
    assert {t["weighting"] for t in tuned} == {"distance"}
    curve = (folder / next(iter(scores["tuned"])) / "finetune.csv").read_text().splitlines()
    assert curve[0] == "epoch,loss,validation_accuracy,learning_rate,validation_loss"
    assert [line.split(",")[3] for line in curve[1:]] == ["0.0001", "0.0001"]


def test_iemocap_by_the_papers_folds(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made.iemocap(place / "corpora" / "iemocap", sentences=False)
    recipe = write_recipe(place, '["iemocap"]', 'label_map = {excited = "happy"}', "leave-two-speakers-out")
    text = Path(recipe).read_text().replace("seeds = [0, 1]", "seeds = [0]").replace("[0, 3, 10, -1]", "[0]")
    Path(recipe).write_text(text, encoding="utf-8")
    assert run("prepare", recipe) == 0
    assert "differs from the usual one: 10 angry instead of 1103" in capsys.readouterr().out
    assert run("evaluate", recipe) == 0
    scores = json.loads((place / "runs" / "tiny" / "scores.json").read_text())
    assert len(scores["conditions"]["0"]["by_fold"]) == 10


def test_an_encoder_that_int8_would_change_stays_in_float32(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.results.export.LABELS_TO_KEEP", 1.01)
    recipe = write_recipe(place, '["ravdess"]', kind="speaker-folds")
    assert run("export", recipe, "--output", "pack") == 0
    assert b"MatMulInteger" not in (place / "pack" / "encoder.onnx").read_bytes()
    monkeypatch.setattr("trainer.results.export.LABELS_TO_KEEP", 0.0)
    assert run("export", recipe, "--output", "pack") == 0
    encoder = (place / "pack" / "encoder.onnx").read_bytes()
    assert b"MatMulInteger" in encoder or b"DynamicQuantizeMatMul" in encoder
    assert 0 <= load_pack(place / "pack").manifest.training["int8_labels_kept"] <= 1


def test_the_papers_tables_figures_and_sweeps(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = write_recipe(
        place, '["ravdess"]', kind="speaker-folds", more="[baseline]\ntrain_counts = [0]\n" + PUBLISHED
    )
    text = Path(recipe).read_text().replace("epochs = 3", "epochs = 1").replace("seeds = [0, 1]", "seeds = [0]")
    Path(recipe).write_text(text.replace("[0, 3, 10, -1]", "[0]"), encoding="utf-8")
    assert run("tables", recipe) == 0
    printed = capsys.readouterr().out
    tables = place / "runs" / "tiny" / "tables"
    rows = {}
    for line in printed.splitlines():
        cells = [c.strip() for c in line.split("|")]
        if len(cells) > 7 and cells[6] and cells[6] != "UA more than" and "---" not in cells[6]:
            rows[cells[1]] = cells
            low, high = (float(v) for v in cells[8].split(" to "))
            assert low <= float(cells[7]) <= high
    assert set(rows) == {
        *("S2: S1 + SCL", "S3: S2 + kNN", "S3, neighbours vote alike"),
        *("noise", "volume", "reverberation", "pitch", "mixed"),
        *("kNN", "SCL", "SCL and kNN"),
    }
    assert rows["SCL"][2:6] == rows["S2: S1 + SCL"][2:6]  # both tables rest on the same training
    assert {p.name for p in tables.iterdir()} == {
        *(f"table-{n}.md" for n in (1, 2, 3, 4)),
        *(f"figure-{n}.{kind}" for n in ("3", "4-1", "4-2", "4-3") for kind in ("png", "svg")),
        "figure-3.txt",  # what it shows, for whoever does not see it
    }
    assert "| theirs | 61.25 |  | a journal, other folds |" in printed
    s3 = rows["S3: S2 + kNN"]
    assert f"| here: S3, with kNN | {s3[2]} | {s3[3]} ({s3[4]}) | speaker-folds, this run |" in printed
    # CE and SCL without copies, and SCL with each kind of copies
    assert len(list((place / "runs" / "tiny" / "variants").iterdir())) == 2 + 5

    monkeypatch.setattr("trainer.results.sweeps.LAMBDAS", (0.0, 0.1))
    monkeypatch.setattr("trainer.results.sweeps.TAUS", (0.07, 1.0))
    assert run("sweeps", recipe) == 0
    swept = (tables / "sweeps.csv").read_text().splitlines()
    assert len(swept) == 1 + 2 + 2 + 6 + 11
    by_value = {tuple(line.split(",")[:2]): line.split(",")[2] for line in swept}
    assert by_value["lambda", "0.1"] == by_value["tau", "0.07"] == f"{float(by_value['alpha', '0.0']):.2f}"
    assert f" {float(by_value['lambda', '0.0']):.1f} " in " ".join(
        line for line in (tables / "table-3.md").read_text().splitlines() if "neither" in line
    )
    assert len(list((place / "runs" / "tiny" / "variants").iterdir())) == 2 + 5 + 1

    assert run("report", recipe) == 0
    page = (place / "runs" / "tiny" / "report.html").read_text()
    assert "Table 2, augmentations" in page
    assert page.count("data:image/png;base64,") == 1 + 3 + 1 + 3 + 1
