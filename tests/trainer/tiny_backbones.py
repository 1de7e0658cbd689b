"""Randomly initialised encoders of every family, small enough to build and train in a test."""

from pathlib import Path
from typing import Any

import torch
from transformers import (
    HubertConfig,
    HubertForCTC,
    HubertForSequenceClassification,
    HubertModel,
    Wav2Vec2Config,
    Wav2Vec2ForCTC,
    Wav2Vec2ForPreTraining,
    Wav2Vec2ForSequenceClassification,
    Wav2Vec2ForXVector,
    Wav2Vec2Model,
    WavLMConfig,
    WavLMForCTC,
    WavLMForSequenceClassification,
    WavLMForXVector,
    WavLMModel,
    WhisperConfig,
    WhisperForAudioClassification,
    WhisperForConditionalGeneration,
    WhisperModel,
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


ENCODERS = {"whisper": WhisperEncoder, "wavlm": WavLMModel, "hubert": HubertModel}

FORMS = {
    "whisper": (
        WhisperEncoder,
        WhisperModel,
        WhisperForConditionalGeneration,
        WhisperForAudioClassification,
    ),
    "wav2vec2": (
        Wav2Vec2Model,
        Wav2Vec2ForPreTraining,
        Wav2Vec2ForCTC,
        Wav2Vec2ForSequenceClassification,
        Wav2Vec2ForXVector,
    ),
    "wav2vec2 stable": (Wav2Vec2Model, Wav2Vec2ForPreTraining, Wav2Vec2ForCTC),
    "hubert": (HubertModel, HubertForCTC, HubertForSequenceClassification),
    "wavlm": (WavLMModel, WavLMForCTC, WavLMForSequenceClassification, WavLMForXVector),
}
"""What checkpoints of a family are published as: the encoder alone, or with what was trained on it."""


def tiny_config(family: str) -> Any:
    if family == "whisper":
        return WhisperConfig(
            d_model=32,
            encoder_layers=3,
            encoder_attention_heads=2,
            encoder_ffn_dim=64,
            decoder_layers=1,
            decoder_attention_heads=2,
            decoder_ffn_dim=64,
            vocab_size=16,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=1,
            decoder_start_token_id=1,
            num_mel_bins=80,
            max_source_positions=1500,
            init_std=0.1,  # the usual 0.02 is for wide layers: narrow ones would hardly let the sound through
            attn_implementation="eager",
        )
    if family == "wavlm":
        return WavLMConfig(**CONVOLUTIONS)
    if family == "hubert":
        return HubertConfig(**CONVOLUTIONS)
    stable = {"feat_extract_norm": "layer", "do_stable_layer_norm": True} if "stable" in family else {}
    return Wav2Vec2Config(**CONVOLUTIONS, **stable)


def tiny_model(family: str, seed: int = 0, form: Any = None) -> Any:
    """A transformers encoder of 3 layers of width 32, or one of FORMS around such an encoder."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return (form or ENCODERS.get(family, Wav2Vec2Model))(tiny_config(family)).eval()


def encoder_of(model: Any) -> Any:
    """The encoder within a full model."""
    if isinstance(model, WhisperEncoder):
        return model
    if model.config.model_type == "whisper":
        return model.get_encoder()
    return getattr(model, model.base_model_prefix, model)


def tiny_backbone(family: str, front_end: FrontEnd | None = None, n_layers: int = 2) -> Backbone:
    return wrap(tiny_model(family), family, n_layers, front_end or FrontEnd(), 15.0)


def save_tiny(family: str, folder: Path) -> Path:
    """A folder that transformers loads."""
    tiny_model(family).save_pretrained(folder)
    return folder
