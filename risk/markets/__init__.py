"""Whose market: concentration, trade, dependence, governance, country groups."""
