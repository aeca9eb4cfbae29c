"""A fault tree without what cannot change its top, and the two ways to its minimal cut sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...graph.errors import LimitError
from .families import families, unpacked
from .kernels import components, failing, parents, reduced, single_points

if TYPE_CHECKING:
    from .decision_diagram import DecisionDiagram

_MOST_HELD = 10_000_000  # packed sets on the way up; with their hash tables under 1 GB
_FEW_HELD, _FEW_MET = 10_000, 300_000  # sets, and pairs of them: up to here nobody waits for the compiler
_PACKED_BITS, _PACKED_ORDER = 62, 6  # of a packed set; past either, decision diagrams


@dataclass(frozen=True, slots=True)
class ReducedTree:
    """Gates ``0 .. G-1`` in arrays, basic events after them; ``events`` are the numbers that these came with."""

    conjunctive: NDArray[np.bool_]
    indptr: NDArray[np.int64]
    children: NDArray[np.int32]
    events: NDArray[np.integer]

    @property
    def n_gates(self) -> int:
        """Number of gates; 0 when the top is a basic event."""
        return len(self.conjunctive)

    @property
    def n_nodes(self) -> int:
        """Number of gates and basic events."""
        return self.n_gates + len(self.events)

    @classmethod
    def build(
        cls,
        gates: tuple[NDArray, NDArray, NDArray],
        up: tuple[NDArray, NDArray],
        top: int,
        failed: NDArray[np.bool_],
        possible: NDArray[np.bool_],
    ) -> ReducedTree | bool:
        """Reduce the tree for the events that have ``failed`` and those for which it is ``possible``, by node.

        Returns True when the top fails with the failed ones alone, False when it does not even with all others.
        """
        surely, maybe = failing(*gates, *up, failed), failing(*gates, *up, possible)
        if surely[top] or not maybe[top]:
            return bool(surely[top])
        kind, pointer, links, events = reduced(*gates, top, maybe & ~surely)
        return cls(kind, pointer, links, events)

    def _up(self) -> tuple[NDArray, NDArray]:
        return parents(self.indptr, self.children, self.n_nodes)

    def single_points(self) -> NDArray[np.bool_]:
        """Return for every event whether its failure alone fails the top."""
        if not self.n_gates:
            return np.ones(1, np.bool_)
        return single_points(self.conjunctive, self.indptr, self.children, *self._up(), 0)[self.n_gates :]

    def without(self, working: NDArray[np.bool_]) -> ReducedTree | None:
        """Return the tree when the ``working`` events never fail; None when then its top never does."""
        possible = np.concatenate((np.zeros(self.n_gates, np.bool_), ~working))
        gates = self.conjunctive, self.indptr, self.children
        tree = self.build(gates, self._up(), 0, np.zeros_like(possible), possible)
        if isinstance(tree, bool):
            return None
        return ReducedTree(tree.conjunctive, tree.indptr, tree.children, self.events[tree.events - self.n_gates])

    def minimal_cut_sets(self, max_order: int | None, limit: int) -> list[NDArray]:
        """Return the minimal cut sets, one array (sets x members) of event positions for each size; the top is a gate."""
        bits = len(self.events).bit_length()
        if max_order is None or max_order > _PACKED_ORDER or bits * max_order > _PACKED_BITS:
            diagram, top, variables = self.diagram()
            return [variables[sets] for sets in diagram.sets(diagram.minimal_solutions(top, max_order), limit)]
        gates = self.conjunctive, self.indptr, self.children
        ordered = components(*gates[1:])
        # How many sets there are nobody knows beforehand: a small try first, which most trees never leave.
        for most, met, size in (
            (min(_FEW_HELD, _MOST_HELD), _FEW_MET, 20 * len(self.children)),
            (_MOST_HELD, 2**62, 100_000_000),
        ):
            codes, over = families(*gates, *ordered, self.n_nodes, bits, max_order, most, np.full(1, met), size=size)
            if not over:
                break
        else:
            raise LimitError("risk.fault_tree.too_many_held", limit=f"{_MOST_HELD:,}", order=max_order)
        return unpacked(codes, bits)

    def diagram(self) -> tuple[DecisionDiagram, int, NDArray]:
        """Return the decision diagram of the top, its root, and which event each variable is."""
        from .decision_diagram import DecisionDiagram  # with it comes the compiler

        variables = self._depth_first()
        diagram = DecisionDiagram(len(variables))
        if not self.n_gates:
            return diagram, diagram.variable(0), variables
        functions = [0] * self.n_nodes
        for place, event in enumerate(variables):
            functions[self.n_gates + event] = diagram.variable(place)
        order, component = components(self.indptr, self.children)
        kinds, pointer, links = self.conjunctive.tolist(), self.indptr.tolist(), self.children.tolist()
        for cycle in np.split(order, np.flatnonzero(np.diff(component[order])) + 1):
            changed = True
            while changed:  # up from "nothing fails", to the least fixed point
                changed = False
                for gate in cycle.tolist():
                    below = [functions[child] for child in links[pointer[gate] : pointer[gate + 1]]]
                    function = diagram.combine(kinds[gate], below)
                    changed |= len(cycle) > 1 and function != functions[gate]
                    functions[gate] = function
        return diagram, functions[0], variables

    def _depth_first(self) -> NDArray:
        """Return the event positions in depth-first order from the top: what is used together stays together.

        A gate's own events come before what its gates bring, so that a chain of gates is built in linear time.
        """
        seen, order, stack = [False] * self.n_nodes, [], [0]
        pointer, links = self.indptr.tolist(), self.children.tolist()
        while stack:
            node = stack.pop()
            if seen[node]:
                continue
            seen[node] = True
            if node >= self.n_gates:
                order.append(node - self.n_gates)
            else:
                below = links[pointer[node] : pointer[node + 1]]
                stack.extend(sorted(below, key=lambda child: child < self.n_gates, reverse=True))
        return np.array(order)
