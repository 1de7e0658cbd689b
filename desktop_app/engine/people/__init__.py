"""What VoiceKin has got to know of people: their voices and their own examples, on this machine alone.

For everyone: `personal` (all of it with the pack in use), `profiles` (voices), `examples`, `store` (the one SQLite
file), `exchange` (to another machine and back). `own_datastore` serves `personal` and the trainer. Imports of the
engine `recognition` and what lies below it.
"""
