"""Training and tuning: heads (`fit`), encoders (`finetune`), k, alpha and temperatures (`tune`); and scores.

For `run` and `results`: `fit`, `finetune`, `tune`, `protocol` (answers as the app gives them), `datastore`, `metrics`,
`curves`. Of the trainer it imports `data`, `model` and `recipe`.
"""
