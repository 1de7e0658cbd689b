"""VoiceKin's desktop app: engine (no Qt), capture (no Qt), ui (Qt), and the command line."""

__version__ = "0.1.0"
