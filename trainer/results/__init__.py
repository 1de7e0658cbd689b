"""The results of a run: scores, the paper's tables, figures, the report, the pack and its card.

For the command line, one module for each command. It imports everything else of the trainer.
"""
