"""The answers for an archive as Parquet: `dataset` writes and reads it, `again` answers again, `report` sums up.

All are for everyone; pyarrow is imported when they are used. Imports of the engine `exports`, `batch` and what lies
below them.
"""
