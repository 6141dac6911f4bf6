"""What evsim says of single runs: of many systems, asked in many ways, and of books that were spoilt."""
