"""One offline page to see, ask and test a supply graph."""

from .page import GraphPage, graph_page, write_explorer

__all__ = ["GraphPage", "graph_page", "write_explorer"]
