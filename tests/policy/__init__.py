"""What scans of the emitted files find."""
