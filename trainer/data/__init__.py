"""The training data: corpora, the table of all utterances, folds, augmentation, and the cache of features.

The rooms above import `table`, `folds`, `augment`, `features`, `corpora`. It imports `recipe` and `model`.
"""
