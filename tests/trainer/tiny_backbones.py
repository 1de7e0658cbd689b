"""Randomly initialised encoders of every family, small enough to build and train in a test."""

from pathlib import Path
from typing import Any

import torch
from transformers import (
    HubertConfig,
    HubertModel,
    Wav2Vec2Config,
    Wav2Vec2Model,
    WavLMConfig,
    WavLMModel,
    WhisperConfig,
)
from transformers.models.whisper.modeling_whisper import WhisperEncoder

from trainer.model.backbone import Backbone, wrap
from trainer.recipe import FrontEnd

FAMILIES = ("whisper", "wav2vec2", "wav2vec2 stable", "hubert", "wavlm")

CONVOLUTIONS = {
    "conv_dim": (16, 16, 16),
    "conv_kernel": (10, 8, 4),
    "conv_stride": (5, 8, 4),
    "num_feat_extract_layers": 3,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 2,
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "layerdrop": 0.0,
    "hidden_dropout": 0.0,
    "attention_dropout": 0.0,
    "activation_dropout": 0.0,
    "feat_proj_dropout": 0.0,
    "attn_implementation": "eager",
}


def tiny_model(family: str, seed: int = 0) -> Any:
    """A transformers encoder of 3 layers of width 32."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if family == "whisper":
            config = WhisperConfig(
                d_model=32,
                encoder_layers=3,
                encoder_attention_heads=2,
                encoder_ffn_dim=64,
                num_mel_bins=80,
                max_source_positions=1500,
                init_std=0.1,  # the usual 0.02 is for wide layers: narrow ones would hardly let the sound through
                attn_implementation="eager",
            )
            return WhisperEncoder(config).eval()
        if family == "wavlm":
            return WavLMModel(WavLMConfig(**CONVOLUTIONS)).eval()
        if family == "hubert":
            return HubertModel(HubertConfig(**CONVOLUTIONS)).eval()
        stable = {"feat_extract_norm": "layer", "do_stable_layer_norm": True} if "stable" in family else {}
        return Wav2Vec2Model(Wav2Vec2Config(**CONVOLUTIONS, **stable)).eval()


def tiny_backbone(family: str, front_end: FrontEnd | None = None, n_layers: int = 2) -> Backbone:
    return wrap(tiny_model(family), family, n_layers, front_end or FrontEnd(), 15.0)


def save_tiny(family: str, folder: Path) -> Path:
    """A folder that transformers loads."""
    tiny_model(family).save_pretrained(folder)
    return folder
