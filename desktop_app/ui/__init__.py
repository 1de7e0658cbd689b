"""The window. No other room of the app imports Qt."""
