"""Files that nobody wrote on purpose, thousands of them: by hand, and a few in CI."""
