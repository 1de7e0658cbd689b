"""The engine: from a recording to an explained answer. No Qt, no torch."""
