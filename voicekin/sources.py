"""Recordings other than whole local files: a part of a file, a file at an address, or sound from a pipe."""

from desktop_app.engine.batch.sources import Source, copied, find_sources, read_list

__all__ = ["Source", "copied", "find_sources", "read_list"]
