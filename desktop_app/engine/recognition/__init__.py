"""From sound to an explained answer: encode, look up, mix.

For everyone: `answer` (what is answered, frozen), `recogniser` (how to ask), `voice` (a speaker's baseline),
`timeline`, `verify` (is a pack sound?); for the trainer also `fusion`, so that what is evaluated is what ships.
`encoder` and `retrieval` serve this room and `people`. Imports of the engine `pack`, `sound` and `onnx_session`.
"""
