"""Many recordings: `files` finds them, `answers` answers them, `progress` tells how far, `journal` lets it go on later.

All four are for everyone. Imports of the engine `recognition` and what lies below it.
"""
