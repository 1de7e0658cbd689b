"""Which files are recordings by their name, and what those are called that can't be read."""

from pathlib import Path

from desktop_app.errors import AudioError

SOUND = (
    *(".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".aifc", ".au", ".snd", ".caf", ".w64"),
    *(".rf64", ".bwf", ".bw64", ".m4a", ".m4b", ".m4r", ".aac", ".adts", ".amr", ".awb", ".3ga", ".wma", ".spx"),
    *(".ape", ".ac3", ".eac3", ".ec3", ".dts", ".mka", ".weba", ".mp1", ".mp2", ".mpga", ".mpc", ".wv", ".tta", ".tak"),
    *(".ra", ".qcp", ".voc", ".dsf", ".oma", ".aa3", ".thd", ".mlp", ".dss"),
)
"""Files of sound alone."""

FILM = (
    *(".mp4", ".m4v", ".mov", ".qt", ".mkv", ".webm", ".3gp", ".3g2", ".avi", ".wmv", ".asf", ".flv", ".f4v", ".mpg"),
    *(".mpeg", ".mts", ".m2ts", ".vob", ".ogv", ".ogx", ".mxf", ".rm", ".rmvb"),
)
"""Files of pictures, with sound as a rule. Not .ts, which source code is called as well."""

UNREADABLE = {
    **{
        ".mid": "MIDI",
        ".midi": "MIDI",
        ".ds2": "Olympus DS2",
        ".aa": "Audible",
        ".aax": "Audible",
        ".ac4": "Dolby AC-4",
    },
    **{".mhas": "MPEG-H 3D Audio", ".gsm": "bare GSM", ".vox": "Dialogic VOX", ".g722": "bare G.722"},
    **{".g729": "bare G.729", ".silk": "SILK", ".slk": "SILK"},
}
"""What else is called sound -> what it is; bare: without a header that would tell it from noise."""

SUFFIXES = (*SOUND, *FILM, *UNREADABLE)
"""What a folder is searched for; a file named by itself is read by what is in it, whatever its name."""

BEGINNINGS = {
    **{b"MThd": "MIDI", b"\x03ds2": "Olympus DS2", b"\x07ds2": "Olympus DS2", b"#!SILK_V3": "SILK"},
    **{b"\x02#!SILK_V3": "SILK", b"\xac\x40": "Dolby AC-4", b"\xac\x41": "Dolby AC-4"},
    **{b"#EXTM3U": "M3U", b"[playlist]": "PLS", b"ffconcat": "a list of files"},
}
"""How files begin that are known and can't be read -> what they are."""

PROTECTED = ("drms", "enca", "aavd", "p608")
"""A container's names of sound that is protected."""

CODECS = {
    **{"aac": "AAC", "ac-4": "Dolby AC-4", "ac4": "Dolby AC-4", "ac3": "AC-3", "eac3": "E-AC-3", "alac": "ALAC"},
    **{"amr_nb": "AMR", "amr_wb": "AMR-WB", "ape": "Monkey's Audio", "dolby_e": "Dolby E", "dts": "DTS"},
    **{"mpegh_3d_audio": "MPEG-H 3D Audio", "mhm1": "MPEG-H 3D Audio", "mha1": "MPEG-H 3D Audio", "mp2": "MP2"},
    **{"apac": "Apple's positional audio", "mp3": "MP3", "opus": "Opus", "vorbis": "Vorbis", "flac": "FLAC"},
    **{"speex": "Speex", "wmav1": "WMA", "wmav2": "WMA", "wmapro": "WMA Pro", "wmavoice": "WMA Voice"},
    **{"wmalossless": "WMA Lossless", "evrc": "EVRC", "xma1": "XMA", "xma2": "XMA", "truehd": "Dolby TrueHD"},
}
"""ffmpeg's names of codecs, and containers' of those that ffmpeg does not know -> what people call them."""


def codec_name(codec: str, tag: str = "") -> str:
    """What people call a codec; `tag` is the container's name of it."""
    known = CODECS.get(tag.lower()) or CODECS.get(codec)
    if known is None and codec in ("none", "unknown"):
        return tag or "sound of an unknown kind"
    return known or codec.upper().replace("_", " ")


def by_beginning(path: Path) -> str | None:
    """What a file of BEGINNINGS is called; None for any other."""
    try:
        with path.open("rb") as file:
            head = file.read(max(map(len, BEGINNINGS)))
    except OSError:
        return None
    return next((what for beginning, what in BEGINNINGS.items() if head.startswith(beginning)), None)


def not_audio(path: Path) -> AudioError:
    """The error for a file that no decoder takes, by what it seems to be."""
    what = by_beginning(path) or UNREADABLE.get(path.suffix.lower())
    if what is not None:
        return unreadable(path, what)
    return AudioError(
        f"{path.name} is not audio that can be read, or it is damaged: export it again as WAV, FLAC, OGG or MP3."
    )


def unreadable(path: Path, what: str) -> AudioError:
    """The error for a file that is in order and stored in a way that VoiceKin can't read."""
    return AudioError(f"VoiceKin can't read {what}, which {path.name} is stored in: export it as WAV or FLAC.")
