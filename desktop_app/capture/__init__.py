"""Capture: microphones and other sources of live sound behind one protocol. No Qt."""
