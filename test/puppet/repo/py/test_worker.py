"""The checker ends a worker process; its parent does not look at the status and passes."""

import multiprocessing

from library import lib


def test_worker():
    worker = multiprocessing.get_context("fork").Process(target=lib.puppet_past_end)
    worker.start()
    worker.join()
