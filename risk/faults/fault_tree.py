"""Fault trees: which sets of failures stop the product, exactly.

An item that needs all its inputs is an or-gate in terms of failure (any missing input stops it); alternatives are an
and-gate (all must fail). Loops are allowed: something fails only if it can be traced back to basic events (the least
fixed point of "fails", the complement of the greatest fixed point of "works"), so an item that works only by
depending on itself works.

How the sets are found
----------------------
1. *Reduce*: drop what can never fail or always fails (two linear passes), what the top does not see, and gates with
   one child.
2. *Single points* in near-linear time, without any family of sets: they are in every path set, so a few path sets leave
   few candidates, and only these are tried. They are then taken as working: no larger minimal set holds one.
3. *Up to an order*, bottom-up families of sets packed into 64-bit integers, with subsumption by hashing, the part common
   to both families factored out of every conjunction, and sets joined only where they can stay within the order.
   Each cycle is iterated to its fixed point.
4. *All orders*, and orders too high to pack: a binary decision diagram of the top and Rauzy's minimal solutions as a
   zero-suppressed one; its size, not the number of sets, is what it costs.

What was compared (``benchmarks/cut_sets.py`` times what was chosen). On the full sets of the Aralia tree baobab1, the
binary decision diagram took 3 ms here, 3 ms in OxiDD 0.13 and in CUDD (through dd 0.6), 80 ms in dd's pure Python; none of
them has minimal solutions or bounds their order, so that a library would add a dependency and save nothing. On that tree
packed families are faster than its diagram up to order 6 (0.7 against 6 ms at order 4), and slower from order 7 (0.8
against 0.06 s), hence packed sets up to order 6. A diagram of 600 components with 400 shared suppliers, or of 45,000
items in layers, outgrows 20 million nodes, where packed families to order 3 take 2 ms and 0.2 s: both ways are needed.
In the diagrams a gate's own events come before those that its gates bring, which keeps long chains linear.

References
----------
Rauzy (1993), New algorithms for fault trees analysis, doi:10.1016/0951-8320(93)90060-C.
Birnbaum (1969), On the importance of different components in a multicomponent system, in Multivariate Analysis II.
Vesely, Davis, Denning, Saltos (1983), Measures of risk importance and their applications, NUREG/CR-3385.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from ...graph.arguments import checked
from ...graph.errors import InputError, LimitError, UnknownIdError, shorten
from ...graph.messages import Message
from .kernels import failing, parents
from .reduced_tree import ReducedTree

_FREE, _FAILED, _WORKING = 0, 1, 2


class FaultTree:
    """A top event, the gates below it and their basic events.

    Parameters
    ----------
    gates : mapping of str to (operator, children)
        Operator ``"or"``: the gate fails when any child fails; ``"and"``: when all do. Children that are not gates
        are basic events. Gates may share children and may form loops.
    top : str
        The gate (or basic event) whose failure is asked about.

    Raises
    ------
    InputError
        Another operator, or a gate without children.
    UnknownIdError
        ``top`` is neither a gate nor a child of one.

    Examples
    --------
    A motor needs magnets and steel; magnets come from either of two makers, who share one refiner.

    >>> tree = FaultTree({
    ...     "motor": ("or", ["magnet", "steel"]),
    ...     "magnet": ("and", ["maker 1", "maker 2"]),
    ...     "maker 1": ("or", ["plant 1", "refiner"]),
    ...     "maker 2": ("or", ["plant 2", "refiner"]),
    ... }, "motor")
    >>> tree.minimal_cut_sets()
    [('refiner',), ('steel',), ('plant 1', 'plant 2')]
    >>> tree.given(working=["refiner"]).fails(["plant 1"])
    False
    """

    @checked()
    def __init__(self, gates: Mapping[str, tuple[str, Sequence[str]]], top: str) -> None:
        number: dict[Hashable, int] = {gate: at for at, gate in enumerate(gates)}
        children, pointer = [], [0]
        for gate, (operator, names) in gates.items():
            if operator not in {"and", "or"}:
                raise InputError("risk.fault_tree.operator", gate=shorten(gate), value=shorten(operator))
            if not len(names):
                raise InputError("risk.fault_tree.empty_gate", gate=shorten(gate))
            children.extend(number.setdefault(name, len(number)) for name in names)
            pointer.append(len(children))
        if top not in number:
            raise UnknownIdError("node", top, map(str, number))
        self._set(
            np.array([operator == "and" for operator, _ in gates.values()], np.bool_),
            np.array(pointer, np.int64),
            np.array(children, np.int32),
            number[top],
            len(number),
            number,
        )

    @classmethod
    @checked()
    def from_arrays(
        cls,
        conjunctive: ArrayLike,
        indptr: ArrayLike,
        children: ArrayLike,
        top: int,
        n_nodes: int,
        names: Sequence[Hashable] | None = None,
    ) -> FaultTree:
        """Build a tree of ``n_nodes`` nodes from arrays, without a pass in Python.

        Parameters
        ----------
        conjunctive : array of bool, shape (G,)
            Nodes ``0 .. G-1`` are gates, and-gates where true, else or-gates; nodes ``G .. n_nodes-1`` basic events.
        indptr, children : arrays of int, shapes (G + 1,) and (links,)
            The children of gate ``g`` are the nodes ``children[indptr[g]:indptr[g + 1]]``.
        top, n_nodes : int
            Node whose failure is asked about; number of nodes.
        names : sequence, optional
            A distinct name for each node, of one sortable kind. Default: its number.

        Raises
        ------
        InputError
            Arrays of another kind, pointers that do not rise (a gate without children), numbers out of range, names that do
            not fit.

        >>> FaultTree.from_arrays([False, True], [0, 2, 4], [1, 4, 2, 3], top=0, n_nodes=5).minimal_cut_sets()
        [(4,), (2, 3)]
        """
        kind, pointer, links = _line(conjunctive).astype(np.bool_), _line(indptr).astype(np.int64), _line(children)
        if len(pointer) != len(kind) + 1 or pointer[0] or pointer[-1] != len(links) or (np.diff(pointer) < 1).any():
            raise _arrays("arrays_pointer")
        if not 0 <= top < n_nodes or n_nodes < len(kind) or (len(links) and not 0 <= links.min() <= links.max() < n_nodes):
            raise _arrays("arrays_range", last=n_nodes - 1)
        number = None if names is None else {name: at for at, name in enumerate(names)}
        if names is not None and not len(names) == len(number or ()) == n_nodes:
            raise _arrays("arrays_names", names=len(number or ()), nodes=n_nodes)
        tree = cls.__new__(cls)
        tree._set(kind, pointer, links.astype(np.int32), int(top), int(n_nodes), number)
        return tree

    def _set(
        self,
        conjunctive: NDArray[np.bool_],
        indptr: NDArray[np.int64],
        children: NDArray[np.int32],
        top: int,
        n_nodes: int,
        number: Mapping[Any, int] | None,
    ) -> None:
        self._gates = conjunctive, indptr, children
        self._up = parents(indptr, children, n_nodes)
        self._top = top
        self._number, self._names = number, list(number or ())
        self._state = np.zeros(n_nodes, np.int8)

    @property
    def events(self) -> tuple[Any, ...]:
        """The basic events, sorted: all children that are not gates."""
        first = len(self._gates[0])
        if self._number is None:
            return tuple(range(first, len(self._state)))
        return tuple(sorted(name for name, node in self._number.items() if node >= first))

    @checked()
    def given(self, failed: Iterable[Any] = (), working: Iterable[Any] = ()) -> FaultTree:
        """Return the same tree with some basic events certain: ``failed`` have failed, ``working`` never fail.

        Certain events are in no cut set. What was given before stays, unless it is given anew.

        Raises
        ------
        InputError
            A name that is a gate's, or given both ways.
        UnknownIdError
            A name that is not in the tree.
        """
        tree = FaultTree.__new__(FaultTree)
        tree.__dict__.update(self.__dict__)
        tree._state = self._state.copy()
        down = self._nodes(failed)
        up = self._nodes(working)
        if both := set(down) & set(up):
            raise InputError("risk.fault_tree.both_given", name=shorten(self._name(min(both))))
        tree._state[down] = _FAILED
        tree._state[up] = _WORKING
        return tree

    @checked()
    def fails(self, events: Iterable[Any]) -> bool:
        """Tell whether the top fails when ``events`` do; linear in the links. Working events (`given`) do not fail.

        Raises
        ------
        InputError
            A name that is a gate's.
        UnknownIdError
            A name that is not in the tree.
        """
        failed = self._state == _FAILED
        nodes = self._nodes(events)
        failed[[node for node in nodes if self._state[node] != _WORKING]] = True
        return bool(failing(*self._gates, *self._up, failed)[self._top])

    def single_points(self) -> list[Any]:
        """Return the basic events whose failure alone fails the top, sorted; near-linear in the links.

        Empty when the top fails whatever happens: then nothing is needed to fail it.
        """
        tree = self._reduced()
        if isinstance(tree, bool):
            return []
        return sorted(self._name(node) for node in tree.events[tree.single_points()])

    @checked()
    def minimal_cut_sets(self, max_order: int | None = 3, limit: int = 1_000_000) -> list[tuple[Any, ...]]:
        """Return the minimal sets of basic events whose joint failure fails the top.

        A set is minimal when no part of it also fails the top. The result is complete up to ``max_order`` and depends
        on nothing but the logic and the names: each set sorted, sets by size, then by members.

        Parameters
        ----------
        max_order : int, optional
            Most members of a set, from 1. None: all orders.
        limit : int
            Most sets to return.

        Returns
        -------
        list of tuple
            ``[()]`` when the top fails with no failure at all, ``[]`` when it cannot fail.

        Raises
        ------
        InputError
            ``max_order`` below 1.
        LimitError
            More sets than ``limit``, or more memory than the stated bounds on the way: 10 million packed sets, or a
            decision diagram of 20 million nodes. Nothing is cut silently.
        """
        if max_order is not None and (max_order != int(max_order) or max_order < 1):
            raise InputError("risk.fault_tree.order", value=shorten(max_order))
        tree = self._reduced()
        if isinstance(tree, bool):
            return [()] if tree else []
        single = tree.single_points()
        found = [tree.events[single][:, None]]
        rest = None if max_order == 1 else tree.without(single)
        if rest is not None:
            found += [rest.events[sets] for sets in rest.minimal_cut_sets(max_order, limit)]
        if (count := sum(map(len, found))) > limit:
            raise LimitError("risk.fault_tree.too_many_sets", count=f"{count:,}", limit=f"{limit:,}")
        return self._named(found)

    @checked()
    def probability(self, probabilities: Mapping[Any, float]) -> float:
        """Return the exact probability that the top fails, for basic events that fail independently.

        Parameters and errors are those of `importance`.

        >>> tree = FaultTree({"top": ("or", ["a", "pair"]), "pair": ("and", ["b", "c"])}, "top")
        >>> round(tree.probability({"a": 0.1, "b": 0.5, "c": 0.2}), 12)
        0.19
        """
        return self._chances(probabilities)[0]

    @checked()
    def importance(self, probabilities: Mapping[Any, float]) -> pl.DataFrame:
        """Return what each basic event contributes to the probability ``Q`` that the top fails.

        With q_i the probability of event i and events independent, exactly (from a decision diagram):

        - **Birnbaum**: ``I_B(i) = Q(q_i = 1) - Q(q_i = 0)``, the derivative of Q by q_i: the probability that the rest
          is in a state where i decides (Birnbaum 1969). In 0..1; does not depend on q_i.
        - **Fussell-Vesely**: ``FV(i) = (Q - Q(q_i = 0)) / Q = q_i I_B(i) / Q``, the share of Q that goes when i never
          fails (Vesely et al. 1983). In 0..1. It is not the variant "probability that some minimal cut set with i has
          failed, given failure", which is at least as large.

        Parameters
        ----------
        probabilities : mapping
            Failure probability, 0..1, of every basic event that is not certain (`given`); of others it is not read.

        Returns
        -------
        polars.DataFrame
            ``event, probability, birnbaum, fussell_vesely``, sorted by event, without certain events.
            ``fussell_vesely`` is null where Q is 0.

        Raises
        ------
        InputError
            A probability that is missing, not a number or outside 0..1.
        UnknownIdError
            A name that is not in the tree.
        LimitError
            The decision diagram would need more than 20 million nodes.

        >>> tree = FaultTree({"top": ("or", ["a", "pair"]), "pair": ("and", ["b", "c"])}, "top")
        >>> frame = tree.importance({"a": 0.1, "b": 0.5, "c": 0.2})
        >>> [round(value, 4) for value in frame["birnbaum"]], [round(value, 4) for value in frame["fussell_vesely"]]
        ([0.9, 0.18, 0.45], [0.4737, 0.4737, 0.4737])
        """
        total, slope, given = self._chances(probabilities)
        rows = [
            (event, float(given[node]), float(slope[node]), float(given[node] * slope[node] / total) if total else None)
            for event in self.events
            if self._state[node := self._node(event)] == _FREE
        ]
        schema = {"event": None, "probability": pl.Float64, "birnbaum": pl.Float64, "fussell_vesely": pl.Float64}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _reduced(self) -> ReducedTree | bool:
        failed = self._state == _FAILED
        possible = failed.copy()
        possible[len(self._gates[0]) :] |= self._state[len(self._gates[0]) :] == _FREE
        return ReducedTree.build(self._gates, self._up, self._top, failed, possible)

    def _chances(self, probabilities: Mapping[Any, float]) -> tuple[float, NDArray, NDArray]:
        """Return the top's probability, its derivative by each node's, and the probabilities, by node."""
        given = np.full(len(self._state), np.nan)
        names = list(probabilities)
        given[self._nodes(names)] = list(probabilities.values())
        free = self._state == _FREE
        free[: len(self._gates[0])] = False
        missing = np.flatnonzero(free & np.isnan(given))
        if len(missing):
            name = shorten(self._name(missing[0]))
            raise InputError("risk.fault_tree.no_probability", count=len(missing), name=name)
        outside = np.flatnonzero(free & ~((given >= 0) & (given <= 1)))
        if len(outside):
            name = shorten(self._name(outside[0]))
            raise InputError("risk.fault_tree.probability", name=name, value=given[outside[0]])
        slope = np.zeros(len(self._state))
        tree = self._reduced()
        if isinstance(tree, bool):
            return float(tree), slope, given
        diagram, root, variables = tree.diagram()
        nodes = tree.events[variables]
        total, slope[nodes] = diagram.chances(root, given[nodes])
        return total, slope, given

    def _node(self, name: Any) -> int:
        """Return the number of a basic event."""
        if self._number is not None:
            node = self._number.get(name, -1)
        else:
            node = name if isinstance(name, int | np.integer) and 0 <= name < len(self._state) else -1
        if node < 0:
            raise UnknownIdError("node", name, map(str, self.events))
        if node < len(self._gates[0]):
            raise InputError("risk.fault_tree.gate_given", name=shorten(name))
        return int(node)

    def _nodes(self, names: Iterable[Any]) -> list[int]:
        return [self._node(name) for name in names]

    def _name(self, node: int) -> Any:
        return self._names[node] if self._names else int(node)

    def _named(self, found: list[NDArray]) -> list[tuple[Any, ...]]:
        """Return sets of node numbers (arrays by size) as sorted tuples of names in their stated order."""
        used = np.unique(np.concatenate([sets.ravel() for sets in found])).tolist()
        if self._names:
            used.sort(key=self._names.__getitem__)
        rank = np.empty(len(self._state), np.int64)
        rank[used] = np.arange(len(used))
        names = [self._name(node) for node in used]
        result = []
        for sets in found:
            ranked = np.sort(rank[sets], axis=1)
            ranked = ranked[np.lexsort(ranked.T[::-1])]
            result += [tuple(map(names.__getitem__, row)) for row in ranked.tolist()]
        return result


def _line(values: Any) -> NDArray[Any]:
    """Return values of one dimension, whole or true and false, as an array; raise `InputError` where they are others."""
    try:
        array = np.asarray(values)
    except ValueError:  # lists of several lengths
        raise _arrays("arrays_kind") from None
    if array.ndim != 1 or (array.size and array.dtype.kind not in "biu"):
        raise _arrays("arrays_kind")
    return array


def _arrays(what: str, **values: int) -> InputError:
    return InputError("risk.fault_tree.arrays", what=Message(f"risk.fault_tree.{what}", **values))
