"""Recordings that are more than a file as it lies there: a part of one, one at an address, one from a pipe."""

from desktop_app.engine.batch.sources import Source, copied, find_sources, read_list

__all__ = ["Source", "copied", "find_sources", "read_list"]
