"""What students are told."""
