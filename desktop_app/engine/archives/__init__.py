"""Answers for an archive as Parquet: `dataset` writes and reads them, `again` answers again, `report` summarises.

Any room may import these modules; pyarrow is imported when they are used. This room imports `exports`, `batch` and the
rooms below them.
"""
