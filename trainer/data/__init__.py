"""What is trained on: corpora, their one table of utterances, folds, changed copies, and the cache of features.

For every room above: `table`, `folds`, `augment`, `features`, `corpora`. Imports of the trainer `recipe` and `model`.
"""
