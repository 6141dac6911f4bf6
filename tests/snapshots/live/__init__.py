"""What is said of runs on real processes."""
