"""How far it spreads: the Economic Systemic Risk Index of firms."""
