"""Whether a pack is sound and answers: each check of its format, and one second of silence through it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from desktop_app.engine.pack.read import load_pack
from desktop_app.engine.recognition.encoder import Encoder
from desktop_app.engine.recognition.retrieval import Datastore
from desktop_app.errors import PackError


@dataclass(frozen=True)
class Check:
    """One line of `verify_pack`: what was looked at, whether it holds, and what was found."""

    name: str
    ok: bool
    detail: str


def verify_pack(path: Path) -> list[Check]:
    """Looks at a pack as `load_pack` does and then runs it once; never raises for what is wrong with the pack."""
    checks: list[Check] = []
    try:
        pack = load_pack(path)
        m = pack.manifest
        size = sum(entry.size for entry in m.files.values())
        checks.append(Check("manifest", True, f"{m.name} {m.version}, format {m.format}, {m.licence}"))
        checks.append(
            Check("files", True, f"{len(m.files)} files, {size / 1e6:.1f} MB, every size and sha256 as listed")
        )
        checks.append(Check("labels", True, ", ".join(m.labels)))
        checks.append(Check("index", True, f"{len(pack.items)} recordings, {m.embedding_dim} dimensions"))
        encoder = Encoder(pack)
        checks.append(Check("encoder", True, f"{m.backbone}, inputs and outputs as the format asks"))
        silence = np.zeros(m.sample_rate, np.float32)
        headed = encoder.head(encoder.encode([silence]).pooled, np.zeros(m.pooled_dim, np.float32))
        hits = Datastore(pack).nearest(headed.embedding[0], m.knn.k)
        checks.append(Check("answer", True, f"one second of silence encoded, {len(hits)} neighbours found"))
    except PackError as error:
        checks.append(Check("encoder" if checks else "pack", False, str(error)))
    return checks
