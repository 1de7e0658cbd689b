"""Makes the app's speaker encoder from published weights: one ONNX graph with its front end.

    python -m trainer.results.speaker_encoder ge2e-speaker-encoder assets/speakers/ge2e.onnx

The folder holds model.safetensors with the tensors of Resemblyzer 0.1.4's pretrained.pt (Apache-2.0), without the two
of the training loss. The encoder is that of Wan et al., "Generalized End-to-End Loss for Speaker Verification", ICASSP
2018, as that package trained it: 40 mel powers (Slaney's, no logarithm) of 25 ms every 10 ms, three LSTM layers, the
last state projected. The ReLU and normalisation that follow there are left out, since they lose information on voices.
"""

import logging
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import nn

from trainer.results.export import export_graph

SAMPLE_RATE = 16_000
FRAME, HOP, MELS = 400, 160, 40
HIDDEN, LAYERS, DIM = 256, 3, 256


class SpeakerGraph(nn.Module):
    """waveform float32 [b, n] at 16 kHz and -30 dBFS -> projected float32 [b, 256]."""

    def __init__(self, tensors: dict[str, torch.Tensor]) -> None:
        """`tensors` by the names in the weights' file."""
        from transformers.audio_utils import mel_filter_bank

        super().__init__()
        self.lstm = nn.LSTM(MELS, HIDDEN, LAYERS, batch_first=True)
        self.linear = nn.Linear(HIDDEN, DIM)
        self.load_state_dict(tensors)
        phase = torch.arange(FRAME // 2 + 1)[:, None] * torch.arange(FRAME)[None] * (2 * torch.pi / FRAME)
        window = torch.hann_window(FRAME, dtype=torch.float64)
        waves = torch.cat([torch.cos(phase) * window, -torch.sin(phase) * window])
        bins = FRAME // 2 + 1
        mel = mel_filter_bank(bins, MELS, 0.0, SAMPLE_RATE / 2, SAMPLE_RATE, norm="slaney", mel_scale="slaney")
        self.register_buffer("waves", waves[:, None].float(), persistent=False)
        self.register_buffer("mel", torch.tensor(mel.T).float(), persistent=False)

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        """See the class."""
        parts = nn.functional.conv1d(waveform[:, None], self.get_buffer("waves"), stride=HOP)
        real, imaginary = parts.chunk(2, dim=1)
        frames = (self.get_buffer("mel") @ (real.square() + imaginary.square())).transpose(1, 2)
        states, _ = self.lstm(frames)
        projected: torch.Tensor = self.linear(states[:, -1])
        return projected


def speaker_graph(tensors: dict[str, torch.Tensor]) -> bytes:
    """The graph as ONNX in float32: any batch, any length."""
    example = (torch.zeros(2, SAMPLE_RATE),)
    axes = {"waveform": {0: "batch", 1: "samples"}, "projected": {0: "batch"}}
    return export_graph(SpeakerGraph(tensors), example, ["waveform"], ["projected"], axes)


def quantised(graph: bytes) -> bytes:
    """The graph with the weights of its second and third LSTM layer in int8, with one scale per channel.

    The layers before stay float32: the first one's input spans ten decades, and int8 covers only two.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with TemporaryDirectory() as folder:
        source, target = Path(folder) / "float32.onnx", Path(folder) / "int8.onnx"
        model = onnx.load_from_string(graph)
        onnx.save(model, str(source))
        layers = [node.name for node in model.graph.node if node.op_type == "LSTM"]
        logging.getLogger().setLevel(logging.ERROR)  # silences advice on a preparation that changes nothing here
        quantize_dynamic(
            str(source),
            str(target),
            op_types_to_quantize=["LSTM"],
            nodes_to_exclude=layers[:1],
            per_channel=True,
            weight_type=QuantType.QInt8,
        )
        return target.read_bytes()


def main(weights: Path, target: Path) -> None:
    """Write the graph, quantised."""
    from safetensors.torch import load_file

    target.write_bytes(quantised(speaker_graph(load_file(weights / "model.safetensors"))))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
