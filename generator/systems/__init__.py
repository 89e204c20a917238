"""Systems: what a manifest says (`manifest/`) and the root modules that it becomes."""
