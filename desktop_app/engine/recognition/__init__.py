"""Turns sound into an explained answer: encodes it, finds the nearest recordings, and mixes the two predictions.

Any room may import `answer` (the dataclasses of answers), `recogniser`, `voice` (a speaker's baseline), `timeline` and
`verify` (checks a pack); the trainer also imports `fusion`, so that the evaluated code is the code that ships.
`encoder` and `retrieval` are for this room and `people`. This room imports `pack`, `speakers`, `sound` and
`onnx_session`.
"""
