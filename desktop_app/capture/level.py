"""How loud a block is, in decibels of full scale."""

from dataclasses import dataclass

import numpy as np

from desktop_app.capture.source import Block

FLOOR_DB = -80.0
CLIPPED_AT = 0.999  # a 16-bit converter at full scale gives 32767 / 32768 = 0.99997; some stop a little lower


@dataclass(frozen=True)
class Level:
    """Root mean square and peak in dBFS (a full-scale sine: -3.0 and 0.0), and the number of clipped samples."""

    rms_db: float = FLOOR_DB
    peak_db: float = FLOOR_DB
    clipped: int = 0


def level_of(block: Block) -> Level:
    """The level of float32 [n]; FLOOR_DB for silence or an empty block."""
    if not len(block):
        return Level()
    magnitude = np.abs(block)
    rms = float(np.sqrt(np.mean(np.square(block, dtype=np.float64))))
    return Level(_db(rms), _db(float(magnitude.max())), int(np.count_nonzero(magnitude >= CLIPPED_AT)))


def _db(amplitude: float) -> float:
    return max(FLOOR_DB, 20.0 * float(np.log10(amplitude))) if amplitude > 0 else FLOOR_DB
