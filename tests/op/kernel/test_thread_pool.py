"""The chunk pool: every element once, errors to the caller, nesting, forks, many callers."""

from __future__ import annotations

import multiprocessing
import threading
import time

import pytest
import torch

from scitorch.op.kernel import scipy_ufunc
from scitorch.op.kernel.thread_pool import Workload, run_in_chunks

pytestmark = pytest.mark.usefixtures("two_threads")


def costly():
    workload = Workload()
    workload.seconds_per_element = 1.0
    return workload


@pytest.mark.parametrize("elements", [0, 1, 255, 256, 257, 1000, 12345])
def test_every_element_is_done_once(elements):
    done = torch.zeros(elements, dtype=torch.int64)

    def task(start, stop):
        done[start:stop] += 1

    run_in_chunks(task, elements, costly())
    assert (done == 1).all()


def test_more_than_one_thread_takes_part():
    threads = set()

    def task(start, stop):
        threads.add(threading.get_ident())
        time.sleep(0.01)

    run_in_chunks(task, 2000, costly())
    assert len(threads) == 2


def test_cheap_elements_stay_in_the_calling_thread():
    threads = set()
    workload = Workload()
    workload.seconds_per_element = 1e-9
    run_in_chunks(lambda start, stop: threads.add(threading.get_ident()), 2000, workload)
    assert threads == {threading.get_ident()}


def test_the_cost_is_learned():
    workload = Workload()
    for _ in range(20):
        run_in_chunks(lambda start, stop: time.sleep(1e-5 * (stop - start)), 256, workload)
    assert 5e-6 < workload.seconds_per_element < 1e-3


@pytest.mark.parametrize("where", ["first", "last"])
def test_an_error_reaches_the_caller_when_nobody_works_any_more(where):
    working = []

    def task(start, stop):
        working.append(start)
        try:
            time.sleep(0.005)
            if start == 0 if where == "first" else stop == 2000:
                raise FloatingPointError(f"at {start}")
        finally:
            working.remove(start)

    with pytest.raises(FloatingPointError):
        run_in_chunks(task, 2000, costly())
    assert working == []


def test_nested_calls_do_not_wait_for_each_other():
    done = torch.zeros(1000, dtype=torch.int64)

    def task(start, stop):
        def inner(low, high):
            done[start + low : start + high] += 1

        run_in_chunks(inner, stop - start, costly())

    run_in_chunks(task, 1000, costly())
    assert (done == 1).all()


def test_many_callers_at_once():
    kernel = scipy_ufunc("scipy.special.jv")
    x = torch.linspace(0, 9, 3000, dtype=torch.float64)
    expected = kernel(x, x)
    results = []

    def call():
        torch.set_num_threads(2)
        results.append(kernel(x, x))

    callers = [threading.Thread(target=call) for _ in range(6)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(results) == 6
    assert all(torch.equal(result, expected) for result in results)


def _in_child(sender, kernel, x):
    torch.set_num_threads(2)
    sender.send(kernel(x, x).sum().item())
    sender.close()


# torch and Python warn that a process with threads is forked; that is what is tested.
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_makes_its_own_threads(examples):
    x = torch.linspace(0.5, 9, 3000, dtype=torch.float64)
    context = multiprocessing.get_context("fork")
    for kernel in (scipy_ufunc("scipy.special.jv"), examples.kv):
        kernel._workload.seconds_per_element = 1e-4
        expected = kernel(x, x).sum().item()
        kernel._workload.seconds_per_element = 1e-4
        receiver, sender = context.Pipe(duplex=False)
        child = context.Process(target=_in_child, args=(sender, kernel, x))
        child.start()
        assert receiver.poll(30), "the child hangs"
        assert receiver.recv() == expected
        child.join(10)
        assert child.exitcode == 0
