"""The engine: turns a recording into an explained answer. It imports neither Qt nor torch.

Its rooms, each importing only from those below it:

    exports, batch, people    files in other formats, many recordings at once, known voices and examples
    installed_packs           the packs on this machine: checked and run once before they are installed
    recognition               turns sound into an explained answer
    pack                      the format of what the trainer writes and answers are based on
    sound                     turns a file into samples and stretches of speech
    onnx_session              runs ONNX graphs
"""
