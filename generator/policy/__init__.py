"""Policy that reads plans, says why, and is never silently undecided."""
