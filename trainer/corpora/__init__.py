"""One module a corpus, one table of utterances, and the speaker-independent folds."""
