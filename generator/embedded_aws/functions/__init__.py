"""Running image functions: the image's files, the Runtime API, the runtime's process, and the pool that reuses it."""
