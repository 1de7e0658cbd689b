"""The messages of the engine and the devices, in the window's language.

Errors are raised in English by code that does not import Qt. Here each message is listed as a template and recognised
by it. Messages that are not listed stay English; a test compares this list with the code.
"""

import re
from functools import cache

from PySide6.QtCore import QT_TRANSLATE_NOOP

from desktop_app.errors import VoiceKinError
from desktop_app.ui.language import translate

_SENTENCES = (
    QT_TRANSLATE_NOOP("Error", "“{0}” is no longer there. Choose another microphone."),
    QT_TRANSLATE_NOOP("Error", "“{0}” is no longer there. Plug it in and refresh, or choose another microphone."),
    QT_TRANSLATE_NOOP(
        "Error",
        "The sound library PortAudio is missing. Install it (Debian: libportaudio2) and start VoiceKin "
        "again; dropped files work without it.",
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "“{0}” can't be opened. Check that no other program holds it and that VoiceKin may use the "
        "microphone, or choose another one.",
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "There is no loudspeaker to play on. Connect one or choose one in the system's sound settings.",
    ),
    QT_TRANSLATE_NOOP("Error", "The recording stopped because it can't be written to the disk: {0}."),
    QT_TRANSLATE_NOOP("Error", "The recording could not be closed: {0}."),
    QT_TRANSLATE_NOOP("Error", "{0} is a folder: name the recordings in it."),
    QT_TRANSLATE_NOOP("Error", "{0} is not a file but a pipe or device: save the recording as a file first."),
    QT_TRANSLATE_NOOP("Error", "{0} is empty (0 bytes): record or export it again."),
    QT_TRANSLATE_NOOP("Error", "{0} has {1} channel(s), so no channel {2}: choose another."),
    QT_TRANSLATE_NOOP("Error", "{0} holds no sound (samples: {1}): record or export it again."),
    QT_TRANSLATE_NOOP(
        "Error",
        "{0} holds values that are not numbers (NaN or infinity): export it again as 16-bit WAV.",
    ),
    QT_TRANSLATE_NOOP("Error", "{0} goes {1} times beyond full scale: export it again, normalised, as 16-bit WAV."),
    QT_TRANSLATE_NOOP("Error", "{0} does not exist: check the name."),
    QT_TRANSLATE_NOOP("Error", "{0} does not exist: check the address."),
    QT_TRANSLATE_NOOP("Error", "{0} can't be read ({1}): check the address, and who may read it."),
    QT_TRANSLATE_NOOP("Error", "{0} is not a CSV that can be read ({1}): export it again."),
    QT_TRANSLATE_NOOP("Error", "{0} names no recording: write a path a line, or a CSV with a column path."),
    QT_TRANSLATE_NOOP("Error", "Line {0} of {1} has no {2} as its {3}: correct it."),
    QT_TRANSLATE_NOOP("Error", "{0} may not be read: check its permissions."),
    QT_TRANSLATE_NOOP("Error", "{0} can't be read ({1})."),
    QT_TRANSLATE_NOOP("Error", "{0} is damaged and can't be decoded to its end: export it again."),
    QT_TRANSLATE_NOOP(
        "Error",
        "{0} is not audio that can be read, or it is damaged: export it again as WAV, FLAC, OGG or MP3.",
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "{0} is read with ffmpeg, which is missing here: install it (Debian: apt install ffmpeg; "
        "elsewhere: pip install imageio-ffmpeg).",
    ),
    QT_TRANSLATE_NOOP("Error", "{0} has no sound track: name another file."),
    QT_TRANSLATE_NOOP("Error", "{0} is protected against copying (DRM): no program but its own may read it."),
    QT_TRANSLATE_NOOP(
        "Error",
        "{0} was not finished: its end, which says what is in it, is missing. Copy or record it again.",
    ),
    QT_TRANSLATE_NOOP("Error", "VoiceKin can't read {0}, which {1} is stored in: export it as WAV or FLAC."),
    QT_TRANSLATE_NOOP("Error", "The file says that it lasts {0} s; {1} s of sound are in it and were heard."),
    QT_TRANSLATE_NOOP("Error", "There were errors while decoding it ({0}); what could not be decoded was left out."),
    QT_TRANSLATE_NOOP("Error", "The end of the file is missing: it breaks off after {0} s."),
    QT_TRANSLATE_NOOP("Error", "The file does not say how long it lasts, as it should; {0} s were heard."),
    QT_TRANSLATE_NOOP("Error", "Of its {0} bytes only {1} were found to be sound."),
    QT_TRANSLATE_NOOP("Error", "It has {0} sound tracks; number {1} was heard ({2})."),
    QT_TRANSLATE_NOOP("Error", "It has {0} channels with different voices; each was heard while it spoke."),
    QT_TRANSLATE_NOOP(
        "Error", "Its channels are in opposite phase and would cancel each other; channel {0} was heard."
    ),
    QT_TRANSLATE_NOOP("Error", "It has {0} channels that differ; channel {1}, the clearest, was heard."),
    QT_TRANSLATE_NOOP("Error", "Only its beginning was heard; the rest is read with ffmpeg, which is missing here."),
    QT_TRANSLATE_NOOP("Error", "{0} says it has {1} samples a second: its header is damaged."),
    QT_TRANSLATE_NOOP("Error", "{0} is too short to hear a mood in: record at least {1} seconds."),
    QT_TRANSLATE_NOOP("Error", "{0} needs more memory than there is: close other programs or cut it into parts."),
    QT_TRANSLATE_NOOP("Error", "{0} made VoiceKin itself fail ({1}: {2}): please report it with the log."),
    QT_TRANSLATE_NOOP("Error", "The folder {0} can't be read ({1}): check its permissions."),
    QT_TRANSLATE_NOOP("Error", "{0} holds no recordings{1}: name another folder or look into all of them."),
    QT_TRANSLATE_NOOP("Error", "There is no audio file in {0}: choose another folder."),
    QT_TRANSLATE_NOOP("Error", "No speech was heard in this recording."),
    QT_TRANSLATE_NOOP("Error", "This recording is too quiet: record closer to the microphone, or turn it up."),
    QT_TRANSLATE_NOOP("Error", "Too little speech was heard in this recording."),
    QT_TRANSLATE_NOOP("Error", "This recording is unlike anything this pack has heard."),
    QT_TRANSLATE_NOOP("Error", "No single emotion stands out in this recording."),
    QT_TRANSLATE_NOOP("Error", "There is too little speech in this recording to learn a voice from it."),
    QT_TRANSLATE_NOOP(
        "Error",
        "This recording is unlike any speech this pack has heard, so the voice does not learn from it.",
    ),
    QT_TRANSLATE_NOOP("Error", "No speech was heard in this recording, so it can't be an example."),
    QT_TRANSLATE_NOOP("Error", "Too little speech was heard in this recording, so it can't be an example."),
    QT_TRANSLATE_NOOP("Error", "This recording is too quiet to be an example."),
    QT_TRANSLATE_NOOP("Error", "A recording needs a name."),
    QT_TRANSLATE_NOOP("Error", "That is too long: give at most {0} characters."),
    QT_TRANSLATE_NOOP(
        "Error",
        "This recording is unlike the others of this voice, so the voice does not learn from it.",
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "This recording hardly sounds like the others of this voice, so the voice does not learn from it; "
        "it may be {0}.",
    ),
    QT_TRANSLATE_NOOP("Error", "This voice is paused; let it go on to teach it more."),
    QT_TRANSLATE_NOOP("Error", "{0} is there already; choose another name or say that it may be replaced."),
    QT_TRANSLATE_NOOP("Error", "{0} is a folder; name a file to write to."),
    QT_TRANSLATE_NOOP("Error", "{0} can't be written: {1}. Choose another place."),
    QT_TRANSLATE_NOOP("Error", "There is no answer to export; choose recordings that could be analysed."),
    QT_TRANSLATE_NOOP("Error", "The folder {0} can't be made: {1}. Choose another place."),
    QT_TRANSLATE_NOOP("Error", "The picture can't be written as PNG: export SVG instead."),
    QT_TRANSLATE_NOOP("Error", "The report can't be drawn as PDF: export HTML instead."),
    QT_TRANSLATE_NOOP("Error", "PNG needs Qt, which does not start here ({0}): export SVG instead."),
    QT_TRANSLATE_NOOP("Error", "There is a voice “{0}” already; choose another name."),
    QT_TRANSLATE_NOOP("Error", "the name of a voice"),
    QT_TRANSLATE_NOOP("Error", "a label"),
    QT_TRANSLATE_NOOP("Error", "“{0}” can't be {1}: give 1 to 60 characters that can be printed."),
    QT_TRANSLATE_NOOP("Error", "{0} was written by a newer VoiceKin; update VoiceKin to import it."),
    QT_TRANSLATE_NOOP("Error", "There is no file {0}: check the name."),
    QT_TRANSLATE_NOOP("Error", "{0} is a folder; name a file that VoiceKin exported."),
    QT_TRANSLATE_NOOP("Error", "{0} can't be read: no permission."),
    QT_TRANSLATE_NOOP("Error", "{0} was not exported by VoiceKin, or is damaged; nothing was imported."),
    QT_TRANSLATE_NOOP("Error", "{0} is not a VoiceKin file; move it away to use voices and examples."),
    QT_TRANSLATE_NOOP(
        "Error",
        "The voices and examples in {0} were written by a newer VoiceKin (version {1} of the file, this "
        "app reads up to {2}); update VoiceKin to use them.",
    ),
    QT_TRANSLATE_NOOP("Error", "Your voices and examples in {0} can't be used: {1}."),
    QT_TRANSLATE_NOOP(
        "Error",
        "Your voices and examples can't be changed: the disk is full; free some space and try again.",
    ),
    QT_TRANSLATE_NOOP("Error", "Your voices and examples in {0} can't be changed: the folder or file is read-only."),
    QT_TRANSLATE_NOOP("Error", "Your voices and examples can't be opened: {0} can't be read and written."),
    QT_TRANSLATE_NOOP(
        "Error",
        "Another VoiceKin is changing your voices and examples right now; try again in a moment.",
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "The disk failed or is full while your voices and examples were in use ({0}); check it.",
    ),
    QT_TRANSLATE_NOOP("Error", "The file {0} is damaged; move it away to begin anew."),
    QT_TRANSLATE_NOOP("Error", "The recording can't be kept: {0} Free some space and try again."),
    QT_TRANSLATE_NOOP("Error", "Voices and examples can't be opened, so nothing can be taught now."),
    QT_TRANSLATE_NOOP("Error", "There is no pack in use. Choose one under File, Packs."),
    QT_TRANSLATE_NOOP("Error", "This answer was made with another pack: answer the recording again first."),
    QT_TRANSLATE_NOOP("Error", "There is no pack at {0}: check the name."),
    QT_TRANSLATE_NOOP("Error", "No pack called {0} is installed: install it first."),
    QT_TRANSLATE_NOOP("Error", "No pack called {0} is installed."),
    QT_TRANSLATE_NOOP("Error", "{0} is in use: switch to another pack, then remove it."),
    QT_TRANSLATE_NOOP("Error", "{0} is the pack that ships with VoiceKin: it can't be removed."),
    QT_TRANSLATE_NOOP("Error", "{0} is the name of the pack that ships with VoiceKin: it needs a name of its own."),
    QT_TRANSLATE_NOOP("Error", "A pack called {0} is installed already: remove it first, or replace it."),
    QT_TRANSLATE_NOOP("Error", "{0} ({1}): check {2} and the free space."),
    QT_TRANSLATE_NOOP("Error", "Your packs can't be listed"),
    QT_TRANSLATE_NOOP("Error", "The choice of the pack can't be stored"),
    QT_TRANSLATE_NOOP("Error", "The pack can't be installed"),
    QT_TRANSLATE_NOOP("Error", "The pack {0} can't be installed"),
    QT_TRANSLATE_NOOP("Error", "The pack {0} can't be removed"),
    QT_TRANSLATE_NOOP("Error", "The pack {0} can't be copied"),
    QT_TRANSLATE_NOOP("Error", "{0} is no pack: it has no {1}."),
    QT_TRANSLATE_NOOP("Error", "The pack at {0} can't be read ({1})."),
    QT_TRANSLATE_NOOP("Error", "The {0} of the pack at {1} is damaged: install the pack again."),
    QT_TRANSLATE_NOOP(
        "Error",
        "This pack is of format {0} and this VoiceKin reads up to {1}: update VoiceKin to use it.",
    ),
    QT_TRANSLATE_NOOP("Error", "{0} is no pack, or is damaged: download it again."),
    QT_TRANSLATE_NOOP("Error", "{0} can't be unpacked ({1})."),
    QT_TRANSLATE_NOOP("Error", "{0} holds no {1}, so it is no pack."),
    QT_TRANSLATE_NOOP("Error", "{0} lacks {1}: download it again."),
    QT_TRANSLATE_NOOP("Error", "{0} in {1} has another size than listed: download it again."),
    QT_TRANSLATE_NOOP("Error", "The pack lacks {0}: install the pack again."),
    QT_TRANSLATE_NOOP("Error", "{0} in the pack is damaged or was changed: install the pack again."),
    QT_TRANSLATE_NOOP("Error", "The pack's {0} is not valid JSON: install the pack again."),
    QT_TRANSLATE_NOOP("Error", "The pack's index is damaged: install the pack again."),
    QT_TRANSLATE_NOOP("Error", "The model card can't be read ({0}): verify the pack."),
    QT_TRANSLATE_NOOP("Error", "The pack's name may hold only letters, digits, dot, dash and underscore."),
    QT_TRANSLATE_NOOP("Error", "{0} of {1} is {2} {3}, not as pack.json says."),
    QT_TRANSLATE_NOOP("Error", "There is no pack called {0}: `voicekin pack list` shows those that are installed."),
    QT_TRANSLATE_NOOP("Error", "{0}: don't use it."),
    QT_TRANSLATE_NOOP("Error", "{0}: ask whoever made the pack."),
    QT_TRANSLATE_NOOP("Error", "{0}: ask whoever made it."),
    QT_TRANSLATE_NOOP("Error", "{0}: install the pack again."),
    QT_TRANSLATE_NOOP(
        "Error",
        "VoiceKin made a mistake with this recording. Try again; if it happens again, copy the "
        "diagnostics into a report.",
    ),
)

SENTENCES = tuple(map(str, _SENTENCES))
OWN_MISTAKE = SENTENCES[-1]


def in_words(error: Exception) -> str:
    """The message to show for an error, in English; for a bug, that it is one."""
    return str(error) if isinstance(error, VoiceKinError) else OWN_MISTAKE


def translated(sentence: str) -> str:
    """Translates a message of the engine into the window's language."""
    for begins, ends, source in _forms():
        # rules out most, so that few patterns need compiling: all of them would take 10 ms
        if sentence.startswith(begins) and sentence.endswith(ends) and (found := form(source).fullmatch(sentence)):
            return translate("Error", source).format(*map(translated, found.groups()))
    return sentence


@cache
def _forms() -> tuple[tuple[str, str, str], ...]:
    """(start, end, template) of each message; those with the most fixed text first."""
    by_length = sorted(SENTENCES, key=lambda s: -len(re.sub(r"{\d}", "", s)))
    return tuple((s.partition("{")[0], s.rpartition("}")[2], s) for s in by_length)


@cache
def form(source: str) -> re.Pattern[str]:
    """The pattern that matches a template's messages and captures their values."""
    return re.compile(re.sub(r"\\{\d\\}", "(.*?)", re.escape(source)), re.DOTALL)
