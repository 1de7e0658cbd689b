"""The answers for an archive as Parquet: `dataset` writes and reads it, `again` answers again without the sound.

Both are for everyone; pyarrow is imported when they are used. Imports of the engine `batch` and what lies below it.
"""
