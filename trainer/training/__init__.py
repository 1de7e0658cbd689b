"""How it is trained and tuned: heads (`fit`), encoders (`finetune`), k, alpha and temperatures (`tune`); and scores.

For `run` and `results`: `fit`, `finetune`, `tune`, `protocol` (answers as the app gives them), `datastore`, `metrics`,
`curves`. Imports of the trainer `data`, `model` and `recipe`.
"""
