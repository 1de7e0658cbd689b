"""VoiceKin's desktop app: engine (no Qt), capture (no Qt), ui (Qt), and the command line."""

import os

# ONNX Runtime's wheels report to their maker unless told otherwise before they are first imported; nothing leaves
# this machine by VoiceKin's doing
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "0.1.0"
"""The one place that says it: the wheel, the installers and the tag of a release take it from here."""
