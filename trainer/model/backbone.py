"""The pretrained speech encoders: from waveforms to the hidden states of their layers, with the front end inside.

Everything here answers for a clip as if it were alone in its batch: `lengths` masks the waveform, the front end's
statistics, the convolutions and the attention, so that padding never changes an answer. All of it exports to ONNX.
"""

import json
import math
import os
from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from desktop_app.errors import VoiceKinError
from trainer.recipe import FrontEnd

SAMPLE_RATE = 16_000  # Hz, of every encoder here
WHISPER_WINDOW = 400  # samples, 25 ms
WHISPER_HOP = 160  # samples, 10 ms
WHISPER_BINS = WHISPER_WINDOW // 2 + 1  # 201 frequencies, 0 to 8 kHz
WHISPER_STRIDE = 2  # frames of the log-mel a state: 20 ms
WHISPER_KEYS = {r"^(model\.)?encoder\.": ""}  # of a whole Whisper's weights, to those of its encoder alone
WHISPER_POSITIONS = "embed_positions.weight"  # of which a backbone keeps a copy of the first
MASKED = -1e9  # added to an attention score that must not count
TRIM_MARGIN = 5  # frames (50 ms) kept on either side of what is not silence
SPEECH_DB = 35.0  # under the loudest frame: quieter than this at either end counts as silence


class BackboneError(VoiceKinError):
    """A speech encoder that can't be found or is of a kind not known here."""


class Backbone(nn.Module):
    """A speech encoder that gives the hidden states of its layers.

    Attributes:
        name: What the recipe calls it.
        n_layers: How many transformer layers are kept.
        hidden_dim: Width of a state.
        front_end: What is done to the sound first.
        fingerprint: Changes when weights, cut or front end change; part of the feature cache's key.
        recomputes: In training, what a layer did is computed again for its gradients, in place of kept.
    """

    name: str
    n_layers: int
    hidden_dim: int
    front_end: FrontEnd
    fingerprint: str
    recomputes: bool = False

    @abstractmethod
    def forward(self, waveform: Tensor, lengths: Tensor) -> tuple[list[Tensor], Tensor, Tensor]:
        """Hidden states of every layer kept.

        Args:
            waveform: float32 [b, n] at 16 kHz, -1..1; what lies beyond a clip's length is ignored.
            lengths: int64 [b], in samples.

        Returns:
            n_layers + 1 states float32 [b, t, hidden_dim], the first is the first layer's input; the mask float32
            [b, t], 1 for a valid frame; and of these the ones between the silence at both ends, float32 [b, t].
        """

    def take_fingerprint(self) -> None:
        """To be called when the weights have changed."""
        self.fingerprint = _fingerprint(self)

    @abstractmethod
    def onward(self, state: Tensor, mask: Tensor, first: int = 0) -> list[Tensor]:
        """The states that the layers from `first` on give, one after another, float32 [b, t, hidden_dim] each.

        Args:
            state: float32 [b, t, hidden_dim], the input of the layer `first`.
            mask: float32 [b, t], 1 for a valid frame.
        """

    @abstractmethod
    def transformer_layers(self) -> nn.ModuleList:
        """The layers that fine-tuning may thaw, first to last."""

    def _through(self, layer: nn.Module, *state: Tensor, **how: Any) -> Any:
        """What a layer gives."""
        if self.recomputes and self.training:
            return checkpoint(layer, *state, use_reentrant=False, **how)
        return layer(*state, **how)


def frame_mask(valid: Tensor, n_frames: int) -> Tensor:
    """1 for the first `valid` [b] of n_frames frames, float32 [b, n_frames]."""
    return (torch.arange(n_frames, device=valid.device)[None, :] < valid[:, None]).float()


def attention_bias(mask: Tensor) -> Tensor:
    """What is added to attention scores so that invalid frames don't count, float32 [b, 1, t, t]."""
    t = mask.shape[1]
    return ((1.0 - mask) * MASKED)[:, None, None, :].expand(-1, 1, t, t)


def between_silence(power: Tensor, mask: Tensor, below_db: float) -> tuple[Tensor, Tensor]:
    """First and last frame [b] whose power float32 [b, t] is within `below_db` of the loudest valid one."""
    n_frames = power.shape[1]
    level = torch.where(mask > 0, torch.log10(power + 1e-12), -13.0)
    loud = (level >= level.amax(1, keepdim=True) - below_db / 10) & (mask > 0)
    index = torch.arange(n_frames, device=power.device)[None, :]
    return torch.where(loud, index, n_frames).amin(1), torch.where(loud, index, 0).amax(1)


def range_mask(first: Tensor, last: Tensor, n_frames: int) -> Tensor:
    """1 from `first` [b] to `last` [b], both included, float32 [b, n_frames]."""
    index = torch.arange(n_frames, device=first.device)[None, :]
    return ((index >= first[:, None]) & (index <= last[:, None])).float()


def mask_waveform(waveform: Tensor, lengths: Tensor, level: str) -> Tensor:
    """Zeros beyond each clip's length; with level "rms" the rest has zero mean and unit variance."""
    mask = frame_mask(lengths, waveform.shape[1])
    waveform = waveform * mask
    if level != "rms":
        return waveform
    n = mask.sum(1, keepdim=True).clamp(min=1.0)
    mean = waveform.sum(1, keepdim=True) / n
    variance = (((waveform - mean) * mask) ** 2).sum(1, keepdim=True) / n
    return (waveform - mean) * torch.rsqrt(variance + 1e-7) * mask


class LogMel(nn.Module):
    """Whisper's log-mel spectrogram without the padding to 30 s, the Fourier transform as a convolution.

    As in openai/whisper: 25 ms Hann window, 10 ms hop, power, Slaney mel, log10, floor 8 below the maximum,
    (x + 4) / 4. The ends are padded with zeros instead of reflections, so that any length will do.
    """

    def __init__(self, n_mels: int, front_end: FrontEnd) -> None:
        super().__init__()
        from transformers.audio_utils import mel_filter_bank

        mel = mel_filter_bank(
            num_frequency_bins=WHISPER_BINS,
            num_mel_filters=n_mels,
            min_frequency=0.0,
            max_frequency=SAMPLE_RATE / 2,
            sampling_rate=SAMPLE_RATE,
            norm="slaney",
            mel_scale="slaney",
        )  # [bins, n_mels]
        time = torch.arange(WHISPER_WINDOW, dtype=torch.float64)
        frequency = torch.arange(WHISPER_BINS, dtype=torch.float64)
        angle = 2 * torch.pi * frequency[:, None] * time[None, :] / WHISPER_WINDOW
        window = torch.hann_window(WHISPER_WINDOW, dtype=torch.float64)
        fourier = torch.cat([torch.cos(angle) * window, torch.sin(angle) * window])  # [2 * bins, window]
        self.fourier = nn.Buffer(fourier[:, None, :].float(), persistent=False)
        # a convolution of width 1, not a matrix product: those are quantised on export, and this one must not be
        self.mel = nn.Buffer(torch.as_tensor(mel, dtype=torch.float32).T[:, :, None].contiguous(), persistent=False)
        self.front_end, self.n_mels = front_end, n_mels

    def forward(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """float32 [b, n], int64 [b] -> log-mel [b, n_mels, n // 160], zero where not valid; valid frames [b]; speech.

        Speech is float32 [b, n // 160], 1 for the frames between the silence at both ends.
        """
        padded = functional.pad(waveform, (WHISPER_WINDOW // 2, WHISPER_WINDOW // 2))
        with torch.autocast(waveform.device.type, enabled=False):  # what is faint would drown in bfloat16's rounding
            spectrum = functional.conv1d(padded[:, None, :], self.fourier, stride=WHISPER_HOP)[:, :, :-1]
            power = spectrum[:, :WHISPER_BINS] ** 2 + spectrum[:, WHISPER_BINS:] ** 2
            energy = functional.conv1d(power, self.mel)
        valid = torch.clamp(lengths // WHISPER_HOP, min=1)
        n_frames = energy.shape[2]
        mask = frame_mask(valid, n_frames)
        if self.front_end.trim_db > 0:
            energy, valid = self._trim(energy, mask, valid)
            mask = frame_mask(valid, n_frames)
        speech = range_mask(*between_silence(energy.mean(1), mask, SPEECH_DB), n_frames)
        mel = torch.log10(torch.clamp(energy, min=1e-10))
        loudest = torch.where(mask[:, None, :] > 0, mel, -10.0).amax(dim=(1, 2), keepdim=True)
        mel = torch.maximum(mel, loudest - self.front_end.floor)
        if self.front_end.level == "peak":
            mel = mel - loudest + 1.5  # 1.5: the usual maximum of speech at a fair level
        return (mel + 4.0) / 4.0 * mask[:, None, :], valid, speech

    def _trim(self, energy: Tensor, mask: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """Moves each clip's frames so that its silence at the start falls off, and counts what is left."""
        n_frames = energy.shape[2]
        first, last = between_silence(energy.mean(1), mask, self.front_end.trim_db)
        index = torch.arange(n_frames, device=energy.device)[None, :]
        start = torch.clamp(first - TRIM_MARGIN, min=0)
        end = torch.minimum(last + TRIM_MARGIN + 1, valid)
        source = torch.clamp(start[:, None] + index, max=n_frames - 1)
        trimmed = torch.gather(energy, 2, source[:, None, :].expand(-1, energy.shape[1], -1))
        return trimmed, torch.clamp(end - start, min=1)


class WhisperBackbone(Backbone):
    """The encoder of Whisper (Radford et al., 2022), cut after n_layers, on clips of any length up to max_seconds."""

    def __init__(self, model: Any, n_layers: int, front_end: FrontEnd, max_seconds: float) -> None:
        super().__init__()
        config = model.config
        self.hidden_dim = config.d_model
        self.n_layers = _kept(n_layers, len(model.layers))
        self.front_end = front_end
        self.log_mel = LogMel(config.num_mel_bins, front_end)
        self.conv1 = model.conv1
        self.conv2 = model.conv2
        positions = min(int(max_seconds * 50) + 1, model.embed_positions.weight.shape[0])
        self.positions = nn.Parameter(model.embed_positions.weight[:positions].detach().clone(), requires_grad=False)
        self.layers = nn.ModuleList(model.layers[: self.n_layers])

    def forward(self, waveform: Tensor, lengths: Tensor) -> tuple[list[Tensor], Tensor, Tensor]:
        return self.states(*self.spectrum(waveform, lengths))

    def spectrum(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What the encoder hears: see LogMel."""
        return self.log_mel(mask_waveform(waveform, lengths, self.front_end.level), lengths)  # type: ignore[no-any-return]

    def states(self, mel: Tensor, valid: Tensor, speech: Tensor) -> tuple[list[Tensor], Tensor, Tensor]:
        """As `forward`, from what `spectrum` gave."""
        state = functional.gelu(self.conv1(mel)) * frame_mask(valid, mel.shape[2])[:, None, :]
        state = functional.gelu(self.conv2(state)).transpose(1, 2)
        t = state.shape[1]
        state = state + functional.embedding(torch.arange(t, device=state.device), self.positions)
        mask = frame_mask((valid + 1) // WHISPER_STRIDE, t)
        states = [state, *self.onward(state, mask)]
        # a state hears two frames of the log-mel and counts as speech with either
        speech = functional.pad(speech, (0, speech.shape[1] % WHISPER_STRIDE))
        return states, mask, speech.reshape(speech.shape[0], t, WHISPER_STRIDE).amax(2) * mask

    def onward(self, state: Tensor, mask: Tensor, first: int = 0) -> list[Tensor]:
        bias = attention_bias(mask)
        states = []
        for layer in self.layers[first:]:
            state = _first(self._through(layer, state, bias))
            states.append(state)
        return states

    def transformer_layers(self) -> nn.ModuleList:
        return self.layers


class WaveformBackbone(Backbone):
    """wav2vec 2.0, HuBERT or WavLM (Baevski et al., 2020; Hsu et al., 2021; Chen et al., 2022), cut after n_layers.

    The states are those before the encoder's last layer norm where it has one (the "stable" large models).
    """

    def __init__(self, model: Any, n_layers: int, front_end: FrontEnd) -> None:
        super().__init__()
        config = model.config
        self.hidden_dim = config.hidden_size
        self.n_layers = _kept(n_layers, len(model.encoder.layers))
        self.front_end = front_end
        self.wavlm = config.model_type == "wavlm"
        self.norm_before = not getattr(config, "do_stable_layer_norm", False)
        self.convolutions = model.feature_extractor.conv_layers
        self.projection = model.feature_projection
        self.position = model.encoder.pos_conv_embed
        self.layer_norm = model.encoder.layer_norm
        self.dropout = model.encoder.dropout
        self.layers = nn.ModuleList(model.encoder.layers[: self.n_layers])
        self.kernels = tuple(zip(config.conv_kernel, config.conv_stride, strict=True))

    def forward(self, waveform: Tensor, lengths: Tensor) -> tuple[list[Tensor], Tensor, Tensor]:
        # a clip shorter than one frame's field of view counts as one frame, half of it silence
        shortest = self.field_of_view()
        waveform = functional.pad(mask_waveform(waveform, lengths, self.front_end.level), (0, shortest))
        valid = torch.clamp(lengths, min=shortest)
        state = waveform[:, None, :]
        for convolution, (kernel, stride) in zip(self.convolutions, self.kernels, strict=True):
            valid = torch.div(valid - kernel, stride, rounding_mode="floor") + 1
            state = self._convolve(convolution, state, valid)
        mask = frame_mask(valid, state.shape[2])
        power = functional.avg_pool1d((waveform * waveform)[:, None, :], shortest, self.stride())[:, 0]
        speech = range_mask(*between_silence(power, mask, SPEECH_DB), state.shape[2]) * mask
        state = _first(self.projection(state.transpose(1, 2))) * mask[:, :, None]
        state = state + self.position(state)
        if self.norm_before:
            state = self.layer_norm(state)
        state = self.dropout(state)
        return [state, *self.onward(state, mask)], mask, speech

    def onward(self, state: Tensor, mask: Tensor, first: int = 0) -> list[Tensor]:
        states = []
        bias, position_bias = attention_bias(mask), None
        if self.wavlm and first:  # the lowest layer's, for all of them
            lowest: Any = self.layers[0].attention
            position_bias = lowest.compute_bias(*[state.shape[1]] * 2).repeat(state.shape[0], 1, 1)
        for index, layer in enumerate(self.layers[first:], start=first):
            if self.wavlm:
                state, position_bias = self._through(
                    layer, state, attention_mask=mask.long(), position_bias=position_bias, index=index
                )[:2]
            else:
                state = _first(self._through(layer, state, attention_mask=bias))
            states.append(state)
        return states

    def _convolve(self, layer: Any, state: Tensor, valid: Tensor) -> Tensor:
        """One layer of the feature extractor; its group norm, one channel a group, over valid frames alone."""
        norm = getattr(layer, "layer_norm", None)
        if not isinstance(norm, nn.GroupNorm):
            return layer(state)  # type: ignore[no-any-return]
        state = layer.conv(state)
        mask = frame_mask(valid, state.shape[2])[:, None, :]
        n = mask.sum(2, keepdim=True)
        mean = (state * mask).sum(2, keepdim=True) / n
        variance = (((state - mean) * mask) ** 2).sum(2, keepdim=True) / n
        state = (state - mean) * torch.rsqrt(variance + norm.eps)
        state = state * norm.weight[None, :, None] + norm.bias[None, :, None]
        return layer.activation(state)  # type: ignore[no-any-return]

    def field_of_view(self) -> int:
        """Samples that one frame sees."""
        samples = 1
        for kernel, stride in reversed(self.kernels):
            samples = (samples - 1) * stride + kernel
        return samples

    def stride(self) -> int:
        """Samples from one frame to the next."""
        return math.prod([stride for _, stride in self.kernels])  # a list, which torch.compile can follow

    def transformer_layers(self) -> nn.ModuleList:
        return self.layers


def _kept(n_layers: int, available: int) -> int:
    if not 0 <= n_layers <= available:
        raise BackboneError(f"The encoder has {available} layers and can't be cut after {n_layers}: lower `layers`.")
    return n_layers or available


def _first(output: Any) -> Tensor:
    """A layer's states: transformers 4 gives a tuple where transformers 5 gives the tensor."""
    return output[0] if isinstance(output, tuple) else output  # type: ignore[no-any-return]


def locate(name: str) -> str:
    """A local folder, a folder under VOICEKIN_MODELS, or the hub's name as it is."""
    if Path(name).is_dir():
        return name
    models = os.environ.get("VOICEKIN_MODELS")
    if models:
        # openai/whisper-base may lie there as whisper-base-encoder, its encoder alone
        for candidate in (name, Path(name).name, f"{Path(name).name}-encoder"):
            if (Path(models) / candidate).is_dir():
                return str(Path(models) / candidate)
    return name


def load_backbone(name: str, n_layers: int, front_end: FrontEnd, max_seconds: float) -> Backbone:
    """Load a pretrained encoder through transformers, in float32 and evaluation mode.

    The checkpoint may hold the encoder alone or any model around it, in any precision: WhisperEncoder, WhisperModel,
    WhisperForConditionalGeneration, Wav2Vec2ForCTC, WavLMForXVector and their like.

    Args:
        name: Local folder, a folder's name under VOICEKIN_MODELS, or a name on the Hugging Face hub.
        n_layers: Layers to keep, 0 for all.
        front_end: See FrontEnd.
        max_seconds: The longest clip that will come.

    Raises:
        BackboneError: It can't be found or loaded, is of another kind, or lacks a weight of a layer in use.
    """
    from transformers import AutoConfig, AutoModel
    from transformers.models.whisper.modeling_whisper import WhisperEncoder
    from transformers.utils import logging

    logging.disable_progress_bar()  # of reading local weights; a download shows its own
    place = locate(name)
    options: dict[str, Any] = {
        "dtype": torch.float32,
        "attn_implementation": "eager",
        "output_loading_info": True,
    }
    told = logging.get_verbosity()
    logging.set_verbosity(
        logging.CRITICAL
    )  # it lists decoders and classifiers, which are left aside; what is missing is below
    try:
        config = AutoConfig.from_pretrained(place)
        if config.model_type == "whisper":
            model, found = WhisperEncoder.from_pretrained(place, key_mapping=WHISPER_KEYS, **options)
        else:
            model, found = AutoModel.from_pretrained(place, **options)
    except (OSError, ValueError, RuntimeError) as error:
        raise BackboneError(
            f"The encoder {name} can't be loaded ({str(error).splitlines()[0]}): give a folder, "
            "set VOICEKIN_MODELS to the folder that holds it, or connect to the internet so that it can be fetched."
        ) from error
    finally:
        logging.set_verbosity(told)
    backbone = wrap(model, name, n_layers, front_end, max_seconds)
    if missing := _missing_in_use(model, backbone, found["missing_keys"]):
        raise BackboneError(
            f"The checkpoint of {name} lacks {len(missing)} weights of the layers in use ({missing[0]} is the first): "
            "it is cut off, or of another model than its config.json says; fetch it again or choose another."
        )
    return backbone


def _missing_in_use(model: nn.Module, backbone: Backbone, missing: Iterable[str]) -> list[str]:
    """Those of the checkpoint's missing weights that the backbone hears with: transformers fills them with noise."""
    in_use = {id(weight) for weight in backbone.parameters()}
    weights = dict(model.named_parameters())
    return sorted(key for key in missing if key == WHISPER_POSITIONS or (key in weights and id(weights[key]) in in_use))


def wrap(model: Any, name: str, n_layers: int, front_end: FrontEnd, max_seconds: float) -> Backbone:
    """A transformers model as a Backbone; `model` is a WhisperEncoder, Wav2Vec2Model, HubertModel or WavLMModel."""
    kind = model.config.model_type
    backbone: Backbone
    if kind == "whisper":
        backbone = WhisperBackbone(model, n_layers, front_end, max_seconds)
    elif kind in ("wav2vec2", "hubert", "wavlm"):
        backbone = WaveformBackbone(model, n_layers, front_end)
    else:
        raise BackboneError(f"{name} is a {kind}: choose a Whisper, wav2vec2, HuBERT or WavLM encoder.")
    backbone.name = name
    backbone.front_end = front_end
    backbone.take_fingerprint()
    return backbone.eval()


def _fingerprint(backbone: Backbone) -> str:
    digest = sha256(json.dumps([type(backbone).__name__, asdict(backbone.front_end)], sort_keys=True).encode())
    for key, value in sorted(backbone.state_dict().items()):
        digest.update(key.encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]
