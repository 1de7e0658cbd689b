"""What is trained: the speech encoder, its pooling, the head, and the loss of the paper (`losses`).

For everyone: `backbone`, `pooling`, `head`, `losses`, `baseline` (a speaker's, while training). Imports of the trainer
`recipe` alone.
"""
