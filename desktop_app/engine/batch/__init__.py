"""Many recordings: `files` finds them, `classify` goes through them, `journal` lets it go on later.

Beneath `classify` are `answers`, which keeps one failure from stopping the rest, and `progress`, which tells how far.
All are for everyone. Imports of the engine `recognition` and what lies below it.
"""
