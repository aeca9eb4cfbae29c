"""People's tables: what a file is, where its tables stand, what their columns hold, and the saying of all that."""
