"""The window's language, and readable names for the codes in a pack."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QDateTime, QLibraryInfo, QLocale, Qt, QTranslator

from desktop_app import paths
from desktop_app.engine.recognition.answer import speaker_name

translate = QCoreApplication.translate

LANGUAGES = {"en": "English", "de": "Deutsch", "es": "Español"}
"""Language code -> its own name; each has a file in assets/translations."""

SPELLINGS = {"fear": "fearful", "boredom": "bored", "disgust": "disgusted", "surprise": "surprised"}
"""Labels of packs that are the same emotion as another."""


def install(app: QCoreApplication, language: str) -> str:
    """Loads the translation for "system" or one of LANGUAGES; returns the language in use. English needs no file."""
    wanted = QLocale.system().name() if language == "system" else language
    code = next((one for one in LANGUAGES if wanted.startswith(one)), "en")
    QLocale.setDefault(QLocale(code) if language != "system" else QLocale.system())
    if code != "en":
        own = str(paths.assets() / "translations")
        qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)  # for Qt's own dialogs
        for name, folder in ((f"qtbase_{code}", qt), (f"voicekin_{code}", own)):
            translator = QTranslator(app)
            if translator.load(name, folder):
                app.installTranslator(translator)
    return code


def label_name(label: str) -> str:
    """The name to show for an emotion: "Happy" for "happy"; an unknown one is only capitalised."""
    known = {
        "angry": translate("Emotion", "Angry"),
        "happy": translate("Emotion", "Happy"),
        "neutral": translate("Emotion", "Neutral"),
        "sad": translate("Emotion", "Sad"),
        "calm": translate("Emotion", "Calm"),
        "fearful": translate("Emotion", "Fearful"),
        "disgusted": translate("Emotion", "Disgusted"),
        "surprised": translate("Emotion", "Surprised"),
        "bored": translate("Emotion", "Bored"),
        "excited": translate("Emotion", "Excited"),
        "frustrated": translate("Emotion", "Frustrated"),
    }
    return known.get(SPELLINGS.get(label, label), label[:1].upper() + label[1:])


def counted(n: int, label: str) -> str:
    """So many recordings of an emotion: "9 sad"; in some languages the word has another form for several."""
    several = {
        "angry": translate("Several", "angry"),
        "happy": translate("Several", "happy"),
        "neutral": translate("Several", "neutral"),
        "sad": translate("Several", "sad"),
        "calm": translate("Several", "calm"),
        "fearful": translate("Several", "fearful"),
        "disgusted": translate("Several", "disgusted"),
        "surprised": translate("Several", "surprised"),
        "bored": translate("Several", "bored"),
        "excited": translate("Several", "excited"),
        "frustrated": translate("Several", "frustrated"),
    }
    one = label_name(label).lower()
    return f"{n} {one if n == 1 else several.get(SPELLINGS.get(label, label), one)}"


@dataclass(frozen=True)
class Dimension:
    """The names to show for a dimension and its two ends."""

    name: str
    low: str
    high: str


def dimension(name: str) -> Dimension:
    """The names of one of `pack.format.KNOWN_DIMENSIONS`."""
    known = {
        "arousal": Dimension(
            translate("Dimension", "Arousal"), translate("Dimension", "calm"), translate("Dimension", "excited")
        ),
        "dominance": Dimension(
            translate("Dimension", "Dominance"), translate("Dimension", "weak"), translate("Dimension", "strong")
        ),
        "valence": Dimension(
            translate("Dimension", "Valence"), translate("Dimension", "unpleasant"), translate("Dimension", "pleasant")
        ),
    }
    return known[name]


def language_name(code: str) -> str:
    """The name of a language, from the code or English name in the pack; "" stays ""."""
    if not code:
        return ""
    known = {
        "en": translate("Language", "English"),
        "english": translate("Language", "English"),
        "de": translate("Language", "German"),
        "german": translate("Language", "German"),
        "pl": translate("Language", "Polish"),
        "polish": translate("Language", "Polish"),
        "am": translate("Language", "Amharic"),
        "amharic": translate("Language", "Amharic"),
        "bangla": translate("Language", "Bangla"),
        "korean": translate("Language", "Korean"),
    }
    return known.get(code.lower(), code)


def corpus_name(corpus: str) -> str:
    """The name of a published corpus as its authors write it; others as in the pack."""
    known = {
        "ravdess": "RAVDESS",
        "emodb": "EmoDB",
        "nemo": "nEMO",
        "ased": "ASED",
        "crema-d": "CREMA-D",
        "tess": "TESS",
        "banglaser": "BanglaSER",
    }
    return known.get(corpus.lower(), corpus)


def speaker_label(name: str, speaker: int) -> str:
    """The name of a speaker, or "Speaker 1" for index 0 if the user has not named them."""
    return translate("Speakers", "Speaker {0}").format(speaker + 1) if name == speaker_name(speaker) else name


def percent(share: float) -> str:
    """A share of 1 in the language's format: "72%" in English, "72 %" in German."""
    written_together = QLocale().language() in (QLocale.Language.English, QLocale.Language.C)
    space = "" if written_together else "\N{NO-BREAK SPACE}"
    return f"{round(100 * share)}{space}%"


def number(value: float, digits: int) -> str:
    """A number with the language's decimal sign."""
    return QLocale().toString(value, "f", digits)


def clock(seconds: float) -> str:
    """Minutes and seconds: "1:05"; with hours from one hour on."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def size(n_bytes: int) -> str:
    """A number of bytes in readable form: "12 MB"."""
    return QLocale().formattedDataSize(
        n_bytes, 1 if n_bytes >= 1_000_000_000 else 0, QLocale.DataSizeFormat.DataSizeSIFormat
    )


def moment(seconds: float) -> str:
    """Seconds since 1970 in the language's format: only the time if it is today."""
    at = QDateTime.fromSecsSinceEpoch(int(seconds))
    if at.date() == QDateTime.currentDateTime().date():
        return QLocale().toString(at.time(), QLocale.FormatType.ShortFormat)
    return QLocale().toString(at, QLocale.FormatType.ShortFormat)


def when(stamp: str) -> str:
    """A time (ISO 8601, UTC) in the language's format and local time."""
    moment = QDateTime.fromString(stamp, Qt.DateFormat.ISODate).toLocalTime()
    return QLocale().toString(moment, QLocale.FormatType.ShortFormat)
