"""What a run leaves for people: scores, the paper's tables, figures, the report, the pack and its card.

For the command line: one module a command. Imports everything else of the trainer.
"""
