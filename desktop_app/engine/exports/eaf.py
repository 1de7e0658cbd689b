"""ELAN annotation document (.eaf, format 3.0): tiers "emotion" and "probabilities", one per speaker, a media link."""

import os
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from desktop_app.engine.exports.stretches import by_speaker, stretches
from desktop_app.engine.exports.text import one_line, spelled_out, valid_xml
from desktop_app.engine.recognition.answer import Recognition

SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
MIME_TYPES = {
    **{".wav": "audio/x-wav", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".flac": "audio/flac", ".m4a": "audio/mp4"},
    **{".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".mkv": "video/x-matroska"},
}


def eaf(recognition: Recognition, target: Path) -> bytes:
    """The file's content; it names the recording by its path relative to `target`, so that both can be moved together.

    ELAN also requires an absolute URL; if that does not exist, it searches beside the document first.
    """
    document = ElementTree.Element(
        "ANNOTATION_DOCUMENT",
        {
            "AUTHOR": "VoiceKin",
            "DATE": datetime.now(UTC).isoformat(timespec="seconds"),
            "FORMAT": "3.0",
            "VERSION": "3.0",
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:noNamespaceSchemaLocation": SCHEMA,
        },
    )
    header = ElementTree.SubElement(document, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    if recognition.path:
        ElementTree.SubElement(header, "MEDIA_DESCRIPTOR", _media(Path(recognition.path), target))
    found = stretches(recognition)
    tiers = {
        "emotion": [(number, s.label) for number, s in enumerate(found)],
        "probabilities": [(number, spelled_out(s.probabilities)) for number, s in enumerate(found)],
    }
    numbers = {s.start_ms: number for number, s in enumerate(found)}
    for name, of_speaker in by_speaker(recognition, tuple(tiers)).items():
        tiers[name] = [(numbers[s.start_ms], s.label) for s in of_speaker]
    last_used = ElementTree.SubElement(header, "PROPERTY", {"NAME": "lastUsedAnnotationId"})
    last_used.text = str(sum(map(len, tiers.values())))

    order = ElementTree.SubElement(document, "TIME_ORDER")
    for number, stretch in enumerate(found):
        for slot, time_ms in ((2 * number + 1, stretch.start_ms), (2 * number + 2, stretch.end_ms)):
            ElementTree.SubElement(order, "TIME_SLOT", {"TIME_SLOT_ID": f"ts{slot}", "TIME_VALUE": str(time_ms)})

    annotation_number = 0
    for name, values in tiers.items():
        tier_id = {"LINGUISTIC_TYPE_REF": "emotion", "TIER_ID": valid_xml(name)}
        tier = ElementTree.SubElement(document, "TIER", tier_id)
        for number, value in values:
            annotation_number += 1
            span = {
                "ANNOTATION_ID": f"a{annotation_number}",
                "TIME_SLOT_REF1": f"ts{2 * number + 1}",
                "TIME_SLOT_REF2": f"ts{2 * number + 2}",
            }
            annotation = ElementTree.SubElement(tier, "ANNOTATION")
            aligned = ElementTree.SubElement(annotation, "ALIGNABLE_ANNOTATION", span)
            ElementTree.SubElement(aligned, "ANNOTATION_VALUE").text = valid_xml(one_line(value))
    kind = {"LINGUISTIC_TYPE_ID": "emotion", "TIME_ALIGNABLE": "true", "GRAPHIC_REFERENCES": "false"}
    ElementTree.SubElement(document, "LINGUISTIC_TYPE", kind)
    ElementTree.indent(document)
    content: bytes = ElementTree.tostring(document, encoding="UTF-8", xml_declaration=True)
    return content + b"\n"


def _media(recording: Path, target: Path) -> dict[str, str]:
    recording = recording.resolve()
    media = {"MEDIA_URL": recording.as_uri(), "MIME_TYPE": MIME_TYPES.get(recording.suffix.lower(), "audio/*")}
    try:
        relative = Path(os.path.relpath(recording, target.resolve().parent)).as_posix()
    except ValueError:  # on another drive: there is no relative path
        return media
    relative = relative if relative.startswith("..") else f"./{relative}"
    return {**media, "RELATIVE_MEDIA_URL": quote(os.fsencode(relative))}
