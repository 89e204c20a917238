"""Policy: reading, judging, accepting, reporting."""
