"""The self-audit: a company's own files in, findings with their evidence out."""
