"""What players and their pages say while somebody uses them."""
