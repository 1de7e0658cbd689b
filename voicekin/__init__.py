"""VoiceKin's Python interface: which emotion a recording of speech sounds like, and the nearest known recordings.

    import voicekin

    recogniser = voicekin.load()
    answer = recogniser.classify("clip.wav")
    print(answer.label, answer.confidence, answer.neighbours[0])

Neither Qt nor torch is imported, nothing is sent anywhere except to an address that you name, and no signal handler is
set. Slow imports are made when they are first needed. Problems with a file, a pack or a voice are raised as a
`VoiceKinError`, whose message is a sentence to show to a user. Any other exception is a mistake in the call or a bug in
VoiceKin.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from desktop_app import __version__
from desktop_app.errors import (
    AudioError,
    Cancelled,
    ClusterError,
    ExportError,
    LearningError,
    PackError,
    StoreError,
    TargetExists,
    VoiceKinError,
)

if TYPE_CHECKING:
    from desktop_app.engine.batch.files import find_recordings
    from desktop_app.engine.batch.progress import HowFar
    from desktop_app.engine.batch.sources import Source, find_sources, read_list
    from desktop_app.engine.pack.format import Pack
    from desktop_app.engine.recognition.answer import Failure, Neighbour, Outcome, Recognition, Segment, VoiceUsed
    from desktop_app.engine.recognition.path_text import path_of, path_text
    from desktop_app.engine.recognition.recogniser import Analysis
    from desktop_app.engine.recognition.voice import Voice
    from voicekin.answers import Answers
    from voicekin.exports import export
    from voicekin.recogniser import Lesson, Recogniser, load

__all__ = [
    "Analysis",
    "Answers",
    "AudioError",
    "Cancelled",
    "ClusterError",
    "ExportError",
    "Failure",
    "HowFar",
    "LearningError",
    "Lesson",
    "Neighbour",
    "Outcome",
    "Pack",
    "PackError",
    "Recogniser",
    "Recognition",
    "Segment",
    "Source",
    "StoreError",
    "TargetExists",
    "Voice",
    "VoiceKinError",
    "VoiceUsed",
    "__version__",
    "export",
    "find_recordings",
    "find_sources",
    "load",
    "path_of",
    "path_text",
    "read_list",
]

_FROM = {
    "voicekin.answers": ("Answers",),
    "voicekin.exports": ("export",),
    "voicekin.recogniser": ("Lesson", "Recogniser", "load"),
    "desktop_app.engine.batch.files": ("find_recordings",),
    "desktop_app.engine.batch.progress": ("HowFar",),
    "desktop_app.engine.batch.sources": ("Source", "find_sources", "read_list"),
    "desktop_app.engine.pack.format": ("Pack",),
    "desktop_app.engine.recognition.answer": (
        "Failure",
        "Neighbour",
        "Outcome",
        "Recognition",
        "Segment",
        "VoiceUsed",
    ),
    "desktop_app.engine.recognition.path_text": ("path_of", "path_text"),
    "desktop_app.engine.recognition.recogniser": ("Analysis",),
    "desktop_app.engine.recognition.voice": ("Voice",),
}
_MODULE_OF = {name: module for module, names in _FROM.items() for name in names}


def __getattr__(name: str) -> Any:
    """Imports a public name, or one of the submodules, when it is first used."""
    if name in _MODULE_OF:
        return getattr(import_module(_MODULE_OF[name]), name)
    if name in ("archives", "exports", "packs", "people"):
        return import_module(f"voicekin.{name}")
    raise AttributeError(f"module 'voicekin' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted((*__all__, "archives", "exports", "packs", "people"))
