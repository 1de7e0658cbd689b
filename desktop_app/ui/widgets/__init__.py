"""Painted things: bars, meters, envelopes, the map."""
