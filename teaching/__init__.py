"""For teachers: student and solution copies of the notebooks, the printed inventory, pages and plans."""
