"""Every published form of a checkpoint loads with the saved weights; missing weights are an error."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from tests.trainer.tiny_backbones import FAMILIES, FORMS, encoder_of, tiny_model
from trainer.model.backbone import Backbone, BackboneError, load_backbone, wrap
from trainer.recipe import FrontEnd

CASES = [pytest.param(family, form, id=form.__name__ + family[8:]) for family in FAMILIES for form in FORMS[family]]
FULL = [pytest.param(family, FORMS[family][2], id=FORMS[family][2].__name__ + family[8:]) for family in FAMILIES]


def loaded(folder: Path, n_layers: int = 3) -> Backbone:
    return load_backbone(str(folder), n_layers, FrontEnd(), 15.0)


def states(backbone: Backbone) -> list[Tensor]:
    waveform = 0.1 * torch.randn(1, 9_600, generator=torch.Generator().manual_seed(3))
    with torch.inference_mode():
        return backbone(waveform, torch.tensor([9_600]))[0]


def assert_hears_as(model: nn.Module, backbone: Backbone, family: str) -> None:
    """The same states to the bit as the encoder within `model`, which was never written to disk."""
    expected = states(wrap(encoder_of(model), family, 3, FrontEnd(), 15.0))
    for ours, theirs in zip(states(backbone), expected, strict=True):
        assert torch.equal(ours, theirs)
    assert not torch.equal(expected[-1], states(wrap(tiny_model(family, seed=1), family, 3, FrontEnd(), 15.0))[-1])


@pytest.mark.parametrize(("family", "form"), CASES)
def test_every_published_form_gives_identical_states(family: str, form: Any, tmp_path: Path) -> None:
    model = tiny_model(family, form=form)
    model.save_pretrained(tmp_path)
    backbone = loaded(tmp_path)
    assert_hears_as(model, backbone, family)
    saved = {name: weight for name, weight in encoder_of(model).named_parameters() if name.startswith("layers.")}
    for name, weight in saved.items():  # whisper's by name, without this module's own way to the encoder
        assert torch.equal(dict(backbone.named_parameters())[name], weight)


@pytest.mark.parametrize(("family", "form"), FULL)
@pytest.mark.parametrize("precision", [torch.bfloat16, torch.float16], ids=["bf16", "fp16"])
def test_a_half_precision_checkpoint_is_loaded_in_float32(
    family: str, form: Any, precision: torch.dtype, tmp_path: Path
) -> None:
    model = tiny_model(family, form=form).to(precision)
    model.save_pretrained(tmp_path)
    backbone = loaded(tmp_path)
    assert {weight.dtype for weight in backbone.parameters()} == {torch.float32}
    assert_hears_as(model.float(), backbone, family)


@pytest.mark.parametrize(("family", "form"), FULL)
def test_shards_and_pytorch_files(family: str, form: Any, tmp_path: Path) -> None:
    model = tiny_model(family, form=form)
    model.save_pretrained(tmp_path / "shards", max_shard_size="60KB")
    assert len(list((tmp_path / "shards").glob("*.safetensors"))) > 1
    assert_hears_as(model, loaded(tmp_path / "shards"), family)
    model.config.save_pretrained(tmp_path / "bin")
    torch.save(model.state_dict(), tmp_path / "bin" / "pytorch_model.bin")
    assert_hears_as(model, loaded(tmp_path / "bin"), family)


@pytest.mark.parametrize(("family", "form"), FULL)
def test_a_missing_weight_is_an_error_if_its_layer_is_used(family: str, form: Any, tmp_path: Path) -> None:
    tiny_model(family, form=form).save_pretrained(tmp_path)
    path = tmp_path / "model.safetensors"
    weights = load_file(path)
    gone = next(key for key in weights if "encoder.layers.1." in key and key.endswith("final_layer_norm.weight"))
    del weights[gone]
    save_file(weights, path, metadata={"format": "pt"})
    with pytest.raises(BackboneError, match=r"lacks 1 weights of the layers in use .*layers\.1\.final_layer_norm"):
        loaded(tmp_path)
    assert loaded(tmp_path, n_layers=1).n_layers == 1  # the layer is cut off: nothing is missing


@pytest.mark.parametrize("gone", ["embed_positions", "conv1.bias"])
def test_a_missing_convolution_or_position_of_whisper_is_an_error(gone: str, tmp_path: Path) -> None:
    tiny_model("whisper").save_pretrained(tmp_path)
    path = tmp_path / "model.safetensors"
    save_file({k: w for k, w in load_file(path).items() if gone not in k}, path, metadata={"format": "pt"})
    with pytest.raises(BackboneError, match=gone):
        loaded(tmp_path)


def test_a_model_of_another_kind_with_a_whisper_configuration(tmp_path: Path) -> None:
    tiny_model("whisper").config.save_pretrained(tmp_path)
    save_file(dict(tiny_model("hubert").state_dict()), tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(BackboneError, match=r"lacks [0-9]+ weights of the layers in use"):
        loaded(tmp_path)


def test_weights_of_another_width(tmp_path: Path) -> None:
    tiny_model("hubert").save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "intermediate_size": 48}))
    with pytest.raises(BackboneError, match="can't be loaded"):
        loaded(tmp_path)
