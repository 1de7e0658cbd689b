"""VoiceKin's desktop app: engine (no Qt), capture (no Qt), ui (Qt), and the command line."""

import os

# ONNX Runtime's wheels send telemetry unless this is set before they are first imported; VoiceKin sends nothing from
# this machine
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "0.1.0"
"""The version, in this one place: the wheel, the installers and the tag of a release take it from here."""
