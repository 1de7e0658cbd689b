"""Many recordings: `files` finds them, `classify` answers them, `journal` lets an interrupted call resume.

`classify` uses `answers`, so that one failure does not stop the rest, and `progress`. Any room may import these
modules. This room imports `recognition` and the rooms below it.
"""
