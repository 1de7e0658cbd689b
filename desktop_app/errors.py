"""The errors whose messages are meant for users.

Each message is a full sentence that says what is wrong and what to do. Any other exception is a bug and is not caught.
"""

from pathlib import Path


class VoiceKinError(Exception):
    """Base of the errors whose message can be shown to a user unchanged."""


class AudioError(VoiceKinError):
    """A recording that can't be read or analysed."""


class PackError(VoiceKinError):
    """A pack that is missing, damaged, unsafe or of a version this app does not read."""


class PackExists(PackError):  # noqa: N818 - names what was found
    """A pack of that name is installed already and was not to be replaced.

    Attributes:
        name: The pack's name.
    """

    def __init__(self, name: str) -> None:
        super().__init__(f"A pack called {name} is installed already: remove it first, or replace it.")
        self.name = name


class DeviceError(VoiceKinError):
    """A microphone or sound server that can't be opened or has disappeared."""


class StoreError(VoiceKinError):
    """The user's own data (settings, voices, examples) that can't be read or written."""


class LearningError(VoiceKinError):
    """A recording that VoiceKin can't learn from."""


class ClusterError(VoiceKinError):
    """A cluster of machines that can't be used, or can no longer be used."""


class ExportError(VoiceKinError):
    """A file that can't be written."""


class TargetExists(ExportError):  # noqa: N818 - names what was found
    """A file that is there already and was not to be replaced.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is there already; choose another name or say that it may be replaced.")
        self.path = path


class Cancelled(Exception):  # noqa: N818 - the response to a request, not an error
    """Raised inside a long action when its caller asked it to stop."""
