"""Putting evaluated keys together into maps."""

from operator import itemgetter

from orchestration.expressions.context import PENDING, RUNNING, Context
from orchestration.expressions.declaration import Run
from orchestration.expressions.errors import Unavailable
from orchestration.expressions.evaluation import demand
from orchestration.expressions.scope import Branch, Leaf
from orchestration.expressions.values import Value


def collect(node: Leaf | Branch) -> Run:
    """Make the reading of a key all of whose parts have been evaluated."""
    if isinstance(node, Leaf) or node.step is None:
        index = node.index
        return lambda context: context.slots[index]
    return _mapping(node)


def _mapping(node: Branch) -> Run:
    keys = tuple(node.children)
    indexes = [child.index for child in node.children.values()]
    if len(indexes) == 1:
        only, first = indexes[0], keys[0]
        return lambda context: {first: context.slots[only]}
    pick = itemgetter(*indexes)
    return lambda context: dict(zip(keys, pick(context.slots), strict=True))


def gather(branch: Branch) -> Run:
    """Make the evaluation of a map; a key that fails leaves FAILED in it."""
    put_together = _mapping(branch)

    def run(context: Context) -> Value:
        for child in branch.children.values():
            state = context.slots[child.index]
            if child.step and (state is PENDING or state is RUNNING):
                try:
                    demand(context, child.step)
                except Unavailable:
                    continue
        return put_together(context)

    return run
