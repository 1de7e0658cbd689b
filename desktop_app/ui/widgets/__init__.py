"""Widgets that paint themselves: bars, meters, envelopes, the map."""
