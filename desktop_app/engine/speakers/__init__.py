"""Who speaks when: from the sound of a recording to turns with a speaker each, whatever is said and felt.

`encoder` hears what a voice sounds like, `windows` takes it of all speech in a stream, `clustering` says which windows
are one speaker's, `turns` is the whole way. Serves `recognition` and `people`; imports `sound` and `onnx_session`.
"""
