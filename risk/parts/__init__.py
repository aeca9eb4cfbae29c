"""Which items of a graph the lines of a list are."""
