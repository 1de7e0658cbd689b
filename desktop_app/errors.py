"""The one family of errors that are meant for people.

Each message is a whole sentence that says what is wrong and what to do. Everything else that is raised is a bug
and stays loud.
"""

from pathlib import Path


class VoiceKinError(Exception):
    """Base of the errors whose message may be shown to a person as it is."""


class AudioError(VoiceKinError):
    """A recording that can't be read or analysed."""


class PackError(VoiceKinError):
    """A pack that is missing, damaged, unsafe or of a version this app does not read."""


class PackExists(PackError):  # noqa: N818 - says what it found
    """A pack of that name is installed already and was not to be replaced.

    Attributes:
        name: What it is called.
    """

    def __init__(self, name: str) -> None:
        super().__init__(f"A pack called {name} is installed already: remove it first, or replace it.")
        self.name = name


class DeviceError(VoiceKinError):
    """A microphone or sound server that can't be opened or has gone."""


class StoreError(VoiceKinError):
    """The user's own data (settings, voices, examples) that can't be read or written."""


class LearningError(VoiceKinError):
    """A recording that nothing can be learnt from."""


class ClusterError(VoiceKinError):
    """A cluster of machines that can't be used, or not any more."""


class ExportError(VoiceKinError):
    """A file that can't be written."""


class TargetExists(ExportError):  # noqa: N818 - says what it found
    """A file that is there already and was not to be replaced.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is there already; choose another name or say that it may be replaced.")
        self.path = path


class Cancelled(Exception):  # noqa: N818 - an answer to a request, not an error
    """Raised inside a long action when its caller asked it to stop."""
