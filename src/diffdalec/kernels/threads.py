"""A kernel on all blocks of lanes, on threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

_pools: dict[tuple[int, int], ThreadPoolExecutor] = {}


def run_blocks(kernel: Callable[[int, int, int], None], words: int, blocks: int, threads: int) -> None:
    """Run a kernel with its ``words`` (an address) on all blocks.

    On one thread in one call; else each thread takes the next block as soon as it is free, so that one which another
    program has slowed holds nobody up.
    """
    threads = max(1, min(threads, blocks))
    if threads == 1:
        kernel(words, 0, blocks)
        return
    next_blocks = iter(range(blocks))  # a step of an iterator is whole: no thread can come in between

    def work(blocks: Iterator[int]) -> None:
        for block in blocks:
            kernel(words, block, block + 1)

    others = [_pool(threads - 1).submit(work, next_blocks) for _ in range(threads - 1)]
    work(next_blocks)
    for other in others:
        other.result()


def _pool(workers: int) -> ThreadPoolExecutor:
    # A forked process has none of its parent's threads.
    key = (os.getpid(), workers)
    if key not in _pools:
        _pools[key] = ThreadPoolExecutor(max(workers, 1), thread_name_prefix="diffdalec-kernel")
    return _pools[key]
