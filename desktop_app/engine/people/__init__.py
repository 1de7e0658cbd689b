"""The voices and examples that VoiceKin has learnt; they are stored only on this machine.

Any room may import `personal` (voices and examples with the pack in use), `profiles` (voices), `examples`, `store` (the
SQLite file) and `exchange` (export and import); `own_datastore` is for `personal` and the trainer. This room imports
`recognition` and the rooms below it.
"""
