"""What evsim says to mistakes, and how it writes what is right."""
