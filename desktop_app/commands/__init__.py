"""The subcommands of `voicekin`: each module has `add_parser(subparsers)`, and `run(args)` which gives the exit status.

What is heavy is imported inside `run`, so that `voicekin --help` and the window start at once.
"""
