"""What is made of files that people bring, and what commands print."""
