"""The model: the speech encoder, its pooling, the head, and the loss of the paper (`losses`).

Any room may import `backbone`, `pooling`, `head`, `losses`, `baseline` (a speaker's baseline during training). Of the
trainer it imports only `recipe`.
"""
