"""The pretrained speech encoders: from waveforms to the hidden states of their layers, including the front end.

The output for a clip does not depend on the batch it is in: `lengths` masks the waveform, the front end's statistics,
the convolutions and the attention, so that padding changes nothing. Everything can be exported to ONNX.
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

SAMPLE_RATE = 16_000  # Hz, for every encoder
WHISPER_WINDOW = 400  # samples, 25 ms
WHISPER_HOP = 160  # samples, 10 ms
WHISPER_BINS = WHISPER_WINDOW // 2 + 1  # 201 frequencies, 0 to 8 kHz
WHISPER_STRIDE = 2  # log-mel frames per state: 20 ms
WHISPER_KEYS = {r"^(model\.)?encoder\.": ""}  # maps weight names of a whole Whisper to those of its encoder
WHISPER_POSITIONS = "embed_positions.weight"  # a backbone copies only the first rows of this weight
MASKED = -1e9  # added to the attention scores of masked frames
TRIM_MARGIN = 5  # frames (50 ms) that trimming leaves before and after the sound
SPEECH_DB = 35.0  # frames at both ends that are this many dB quieter than the loudest one count as silence


class BackboneError(VoiceKinError):
    """A speech encoder can't be found, or is of an unsupported kind."""


class Backbone(nn.Module):
    """A speech encoder that returns the hidden states of its layers.

    Attributes:
        name: The encoder's name in the recipe.
        n_layers: Number of transformer layers that are kept.
        hidden_dim: Width of a state.
        front_end: What is done to the audio first.
        fingerprint: Changes with the weights, the number of layers and the front end; part of the feature cache's key.
        recomputes: Whether activations are recomputed in the backward pass instead of kept.
    """

    name: str
    n_layers: int
    hidden_dim: int
    front_end: FrontEnd
    fingerprint: str
    recomputes: bool = False

    @abstractmethod
    def forward(self, waveform: Tensor, lengths: Tensor) -> tuple[list[Tensor], Tensor, Tensor]:
        """Hidden states of all layers.

        Args:
            waveform: float32 [b, n] at 16 kHz, -1 to 1; samples beyond a clip's length are ignored.
            lengths: Lengths of the clips in samples, int64 [b].

        Returns:
            n_layers + 1 states, float32 [b, t, hidden_dim], of which the first is the input of the first layer; a mask
            of valid frames, float32 [b, t], with 0 and 1; and a mask without the silence at both ends, float32 [b, t].
        """

    def take_fingerprint(self) -> None:
        """Computes the fingerprint; must be called after the weights change."""
        self.fingerprint = _fingerprint(self)

    @abstractmethod
    def onward(self, state: Tensor, mask: Tensor, first: int = 0) -> list[Tensor]:
        """Outputs of the layers from number `first` on, float32 [b, t, hidden_dim] each.

        Args:
            state: Input of the layer `first`, float32 [b, t, hidden_dim].
            mask: Mask of valid frames, float32 [b, t].
            first: Number of the first layer to run.
        """

    @abstractmethod
    def transformer_layers(self) -> nn.ModuleList:
        """The layers that fine-tuning can train, from first to last."""

    def _through(self, layer: nn.Module, *state: Tensor, **how: Any) -> Any:
        """Output of a layer, with activations recomputed later if `recomputes` is set."""
        if self.recomputes and self.training:
            return checkpoint(layer, *state, use_reentrant=False, **how)
        return layer(*state, **how)


def frame_mask(valid: Tensor, n_frames: int) -> Tensor:
    """float32 [b, n_frames], 1 for the first `valid` [b] frames and 0 for the rest."""
    return (torch.arange(n_frames, device=valid.device)[None, :] < valid[:, None]).float()


def attention_bias(mask: Tensor) -> Tensor:
    """float32 [b, 1, t, t], to be added to attention scores so that invalid frames don't count."""
    t = mask.shape[1]
    return ((1.0 - mask) * MASKED)[:, None, None, :].expand(-1, 1, t, t)


def between_silence(power: Tensor, mask: Tensor, below_db: float) -> tuple[Tensor, Tensor]:
    """First and last frame [b] with a power, float32 [b, t], within `below_db` of the loudest valid frame."""
    n_frames = power.shape[1]
    level = torch.where(mask > 0, torch.log10(power + 1e-12), -13.0)
    loud = (level >= level.amax(1, keepdim=True) - below_db / 10) & (mask > 0)
    index = torch.arange(n_frames, device=power.device)[None, :]
    return torch.where(loud, index, n_frames).amin(1), torch.where(loud, index, 0).amax(1)


def range_mask(first: Tensor, last: Tensor, n_frames: int) -> Tensor:
    """float32 [b, n_frames], 1 from `first` [b] to `last` [b] inclusive and 0 elsewhere."""
    index = torch.arange(n_frames, device=first.device)[None, :]
    return ((index >= first[:, None]) & (index <= last[:, None])).float()


def mask_waveform(waveform: Tensor, lengths: Tensor, level: str) -> Tensor:
    """Sets samples beyond each clip's length to 0; with level "rms", scales the rest to zero mean and unit variance."""
    mask = frame_mask(lengths, waveform.shape[1])
    waveform = waveform * mask
    if level != "rms":
        return waveform
    n = mask.sum(1, keepdim=True).clamp(min=1.0)
    mean = waveform.sum(1, keepdim=True) / n
    variance = (((waveform - mean) * mask) ** 2).sum(1, keepdim=True) / n
    return (waveform - mean) * torch.rsqrt(variance + 1e-7) * mask


class LogMel(nn.Module):
    """Whisper's log-mel spectrogram without padding to 30 s; the Fourier transform is computed as a convolution.

    As in openai/whisper: 25 ms Hann window, 10 ms hop, power, Slaney mel, log10, floor 8 below the maximum,
    (x + 4) / 4. The ends are padded with zeros instead of reflections, so that clips can have any length.
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
        # a convolution of width 1, since matrix products are quantised on export, and this must not be
        self.mel = nn.Buffer(torch.as_tensor(mel, dtype=torch.float32).T[:, :, None].contiguous(), persistent=False)
        self.front_end, self.n_mels = front_end, n_mels

    def forward(self, waveform: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Waveform float32 [b, n] and lengths int64 [b] to the log-mel spectrogram.

        Returns:
            Log-mel float32 [b, n_mels, n // 160], 0 beyond each clip's end; number of valid frames int64 [b]; and a
            mask without the silence at both ends, float32 [b, n // 160].
        """
        padded = functional.pad(waveform, (WHISPER_WINDOW // 2, WHISPER_WINDOW // 2))
        with torch.autocast(waveform.device.type, enabled=False):  # bfloat16 would round away faint sounds
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
            mel = mel - loudest + 1.5  # 1.5 is a usual maximum for speech at a good level
        return (mel + 4.0) / 4.0 * mask[:, None, :], valid, speech

    def _trim(self, energy: Tensor, mask: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """Shifts each clip's frames to remove silence at the start, and counts those up to the silence at the end."""
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
        """Input of the encoder, see LogMel."""
        return self.log_mel(mask_waveform(waveform, lengths, self.front_end.level), lengths)  # type: ignore[no-any-return]

    def states(self, mel: Tensor, valid: Tensor, speech: Tensor) -> tuple[list[Tensor], Tensor, Tensor]:
        """As `forward`, from the output of `spectrum`."""
        state = functional.gelu(self.conv1(mel)) * frame_mask(valid, mel.shape[2])[:, None, :]
        state = functional.gelu(self.conv2(state)).transpose(1, 2)
        t = state.shape[1]
        state = state + functional.embedding(torch.arange(t, device=state.device), self.positions)
        mask = frame_mask((valid + 1) // WHISPER_STRIDE, t)
        states = [state, *self.onward(state, mask)]
        # a state covers two log-mel frames and counts as speech if either does
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

    The states are taken before the encoder's final layer norm, which only the "stable" large models have.
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
        # a clip that is shorter than the receptive field of one frame is padded to one frame
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
        if self.wavlm and first:  # all layers use the position bias of the lowest
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
        """One layer of the feature extractor; its group norm (one channel per group) uses only valid frames."""
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
        """Receptive field of one frame, in samples."""
        samples = 1
        for kernel, stride in reversed(self.kernels):
            samples = (samples - 1) * stride + kernel
        return samples

    def stride(self) -> int:
        """Distance from one frame to the next, in samples."""
        return math.prod([stride for _, stride in self.kernels])  # a list, since torch.compile can't trace a generator

    def transformer_layers(self) -> nn.ModuleList:
        return self.layers


def _kept(n_layers: int, available: int) -> int:
    if not 0 <= n_layers <= available:
        raise BackboneError(f"The encoder has {available} layers and can't be cut after {n_layers}: lower `layers`.")
    return n_layers or available


def _first(output: Any) -> Tensor:
    """The states in a layer's output, which is a tuple in transformers 4 and a tensor in transformers 5."""
    return output[0] if isinstance(output, tuple) else output  # type: ignore[no-any-return]


def locate(name: str) -> str:
    """The path of a local folder or of a folder under VOICEKIN_MODELS, or else the name itself, for the hub."""
    if Path(name).is_dir():
        return name
    models = os.environ.get("VOICEKIN_MODELS")
    if models:
        # the encoder of openai/whisper-base may be stored there separately, as whisper-base-encoder
        for candidate in (name, Path(name).name, f"{Path(name).name}-encoder"):
            if (Path(models) / candidate).is_dir():
                return str(Path(models) / candidate)
    return name


def load_backbone(name: str, n_layers: int, front_end: FrontEnd, max_seconds: float) -> Backbone:
    """Loads a pretrained encoder with transformers, in float32 and evaluation mode.

    The checkpoint may be the encoder alone or any model that contains it, in any precision: WhisperEncoder,
    WhisperModel, WhisperForConditionalGeneration, Wav2Vec2ForCTC, WavLMForXVector and so on.

    Args:
        name: A local folder, a folder's name under VOICEKIN_MODELS, or a name on the Hugging Face hub.
        n_layers: Number of layers to keep, 0 for all.
        front_end: See FrontEnd.
        max_seconds: Length of the longest clip.

    Raises:
        BackboneError: The encoder can't be found or loaded, is of an unsupported kind, or lacks weights.
    """
    from transformers import AutoConfig, AutoModel
    from transformers.models.whisper.modeling_whisper import WhisperEncoder
    from transformers.utils import logging

    logging.disable_progress_bar()  # for reading local weights; downloads have a bar of their own
    place = locate(name)
    options: dict[str, Any] = {
        "dtype": torch.float32,
        "attn_implementation": "eager",
        "output_loading_info": True,
    }
    told = logging.get_verbosity()
    logging.set_verbosity(
        logging.CRITICAL
    )  # it would list the weights of decoders and classifiers as unused; missing weights are checked below
    try:
        config = AutoConfig.from_pretrained(place)
        if config.model_type == "whisper":
            model, found = WhisperEncoder.from_pretrained(place, key_mapping=WHISPER_KEYS, **options)
        else:
            model, found = AutoModel.from_pretrained(place, **options)
    except (OSError, ValueError, RuntimeError) as error:
        raise BackboneError(
            f"The encoder {name} can't be loaded ({str(error).splitlines()[0]}): give a folder, "
            "set VOICEKIN_MODELS to the folder that contains it, or connect to the internet to download it."
        ) from error
    finally:
        logging.set_verbosity(told)
    backbone = wrap(model, name, n_layers, front_end, max_seconds)
    if missing := _missing_in_use(model, backbone, found["missing_keys"]):
        raise BackboneError(
            f"The checkpoint of {name} lacks {len(missing)} weights of the layers in use (such as {missing[0]}): "
            "it is incomplete, or does not fit its config.json; download it again or choose another."
        )
    return backbone


def _missing_in_use(model: nn.Module, backbone: Backbone, missing: Iterable[str]) -> list[str]:
    """Names of missing weights that the backbone uses; transformers fills these with random numbers."""
    in_use = {id(weight) for weight in backbone.parameters()}
    weights = dict(model.named_parameters())
    return sorted(key for key in missing if key == WHISPER_POSITIONS or (key in weights and id(weights[key]) in in_use))


def wrap(model: Any, name: str, n_layers: int, front_end: FrontEnd, max_seconds: float) -> Backbone:
    """Makes a Backbone of a transformers model: WhisperEncoder, Wav2Vec2Model, HubertModel or WavLMModel."""
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
