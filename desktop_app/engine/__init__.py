"""The engine: from a recording to an explained answer. No Qt, no torch.

Its rooms, each importing only from those below it:

    exports, batch, people    what is done with answers: files in other formats, many at once, known voices and examples
    installed_packs           the packs on this machine: checked, run once, then put in their place
    recognition               from sound to an explained answer
    pack                      what the trainer writes and answers rest on
    sound                     from a file to samples and stretches of speech
    onnx_session              how any graph is run
"""
