"""What a scan found, for people and machines."""
