"""Strongly connected blocks of a directed graph in the order in which they can be evaluated (Tarjan 1972).

Tarjan, R. (1972), Depth-first search and linear graph algorithms, SIAM J. Comput. 1(2), 146-160, doi:10.1137/0201010.
"""

from __future__ import annotations

import numpy as np

from .kernel import Kernel


def blocks(indptr: np.ndarray, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the nodes block by block, what a node points to first, and where each block starts (one more than blocks).

    Parameters
    ----------
    indptr, indices : numpy.ndarray
        Compressed sparse rows: node i points to ``indices[indptr[i]:indptr[i + 1]]``.

    Examples
    --------
    >>> import numpy as np
    >>> order, starts = blocks(np.array([0, 1, 2, 4]), np.array([1, 0, 0, 2]))  # 0 <-> 1, 2 -> 0, 2 -> 2
    >>> order.tolist(), starts.tolist()
    ([1, 0, 2], [0, 2, 3])
    """
    n = len(indptr) - 1
    work = [np.zeros(n, np.int64) for _ in range(4)]
    order, starts = np.zeros(n, np.int64), np.zeros(n + 1, np.int64)
    count = _tarjan(np.asarray(indptr), np.asarray(indices), np.full(n, -1), *work, np.array(indptr[:-1]), order, starts)
    return order, starts[: count + 1].copy()


@Kernel
def _tarjan(indptr, indices, index, lowlink, on_stack, stack, path, position, order, starts):
    # Depth first without recursion: `path` is the way down, `position` the next link to look at of each node on it.
    n = len(order)
    count, placed, counter, held = 0, 0, 0, 0
    for root in range(n):
        if index[root] >= 0:
            continue
        depth = 0
        path[0] = root
        index[root] = lowlink[root] = counter
        counter += 1
        stack[held] = root
        held += 1
        on_stack[root] = 1
        while depth >= 0:
            node = path[depth]
            # A link to look at: down to a new node, or back to one on the way, which closes a circle.
            if position[node] < indptr[node + 1]:
                child = indices[position[node]]
                position[node] += 1
                if index[child] < 0:
                    index[child] = lowlink[child] = counter
                    counter += 1
                    stack[held] = child
                    held += 1
                    on_stack[child] = 1
                    depth += 1
                    path[depth] = child
                elif on_stack[child]:
                    lowlink[node] = min(lowlink[node], index[child])
            else:
                # A node from which nothing earlier can be reached closes a block: all that is above it on the stack.
                if lowlink[node] == index[node]:
                    starts[count] = placed
                    count += 1
                    while True:
                        held -= 1
                        member = stack[held]
                        on_stack[member] = 0
                        order[placed] = member
                        placed += 1
                        if member == node:
                            break
                depth -= 1
                if depth >= 0:
                    above = path[depth]
                    lowlink[above] = min(lowlink[above], lowlink[node])
    starts[count] = placed
    return count
