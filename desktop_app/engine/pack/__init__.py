"""The pack: what the trainer writes and every answer rests on; untrusted until `read` has checked it.

For everyone: `format` (files, limits, the dataclasses), `read`, `write`, `archive` (.vkpack), `index` (the Annoy
file: for `recognition` and the trainer). Imports of the engine only `sound`.
"""
