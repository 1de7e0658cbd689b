"""The pack, which the trainer writes and every answer is based on. It is untrusted input until `read` has checked it.

Any room may import `format` (files, limits, the dataclasses), `read`, `write` and `archive` (.vkpack); `index` (the
Annoy file) is for `recognition` and the trainer. Of the engine, this room imports only `sound`.
"""
