"""The parts of the window: small widgets that are given data and emit what the user did."""
