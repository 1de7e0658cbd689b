"""The window's parts, each a small widget that is given data and emits what the person did."""
