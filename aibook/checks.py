"""Checks that readers run on their own answers to the exercises."""

import numpy as np


def check(answer, cases, tolerance=1e-5):
    """Compare a reader's function with the right results and say the verdict.

    An answer that is missing, fails or is wrong is part of learning: the
    check prints what is wrong with it and raises nothing.

    Parameters
    ----------
    answer : callable
    cases : sequence of (args, expected)
        ``answer(*args)`` should give ``expected``, a number or an array.
    tolerance : float
        Largest absolute difference allowed in any element.

    Returns
    -------
    bool
        Whether the answer passed every case.
    """
    for number, (args, expected) in enumerate(cases, start=1):
        problem = _find_problem(answer, args, np.asarray(expected), tolerance)
        if problem:
            print(f"Not yet. Case {number} of {len(cases)}: {problem}")
            return False
    print(f"Correct: {len(cases)} of {len(cases)} cases.")
    return True


def _find_problem(answer, args, expected, tolerance):
    copies = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
    try:
        result = answer(*copies)
    except NotImplementedError:
        return "the function is still empty. Write your answer first."
    except Exception as error:
        return f"the function raised {type(error).__name__}: {error}"
    if result is None or result is Ellipsis:
        return "the function returns nothing. End it with `return ...`."
    try:
        result = np.asarray(result, dtype=float)
    except (TypeError, ValueError):
        return f"expected numbers, got {type(result).__name__}."
    if result.shape != expected.shape:
        return f"expected shape {expected.shape}, got {result.shape}."
    if not np.all(np.isfinite(result)):
        return "the result holds NaN or infinity."
    gap = np.abs(result - expected)
    if gap.size and gap.max() > tolerance:
        where = np.unravel_index(gap.argmax(), gap.shape)
        place = f" at index {tuple(map(int, where))}" if where else ""
        return (
            f"expected {expected[where]:.6g}{place}, got {result[where]:.6g}."
        )
    return None
