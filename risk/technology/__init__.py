"""What may be a prior-report technology, and what to ask."""
