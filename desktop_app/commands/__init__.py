"""The subcommands of `voicekin`. Each module has `add_parser(subparsers)`, and `run(args)`, giving the exit status.

Slow imports are made inside `run`, so that `voicekin --help` and the window start at once.
"""
