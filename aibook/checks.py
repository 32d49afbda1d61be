"""Checks that readers run on their own answers to the exercises."""

import numpy as np


def check(answer, cases, mistakes=(), tolerance=1e-5):
    """Compare a reader's function with the right results and say the verdict.

    An answer that is missing, fails or is wrong is part of learning: the
    check prints what is wrong with it and raises nothing.

    Parameters
    ----------
    answer : callable
    cases : sequence of (args, expected)
        ``answer(*args)`` should give ``expected``, a number or an array.
    mistakes : sequence of (callable, str)
        Typical wrong answers, each with a hint. Whoever gives the result of
        one of them is told its hint.
    tolerance : float
        Largest absolute difference allowed in any element.

    Returns
    -------
    bool
        Whether the answer passed every case.

    Raises
    ------
    ValueError
        When one of the mistakes passes every case: the cases are too weak.
    """
    cases = [(args, np.asarray(expected)) for args, expected in cases]
    for wrong, hint in mistakes:
        if not any(_find_problem(wrong, *case, tolerance) for case in cases):
            raise ValueError(f"A wrong answer passes every case: {hint}")
    for number, case in enumerate(cases, start=1):
        problem = _find_problem(answer, *case, tolerance)
        if problem:
            hint = _find_hint(answer, case[0], mistakes, tolerance)
            print(f"Not yet. Case {number} of {len(cases)}: {problem}{hint}")
            return False
    print(f"Correct: {len(cases)} of {len(cases)} cases.")
    return True


def _call(answer, args):
    return answer(
        *[a.copy() if isinstance(a, np.ndarray) else a for a in args]
    )


def _find_problem(answer, args, expected, tolerance):
    try:
        result = _call(answer, args)
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


def _find_hint(answer, args, mistakes, tolerance):
    try:
        result = np.asarray(_call(answer, args), dtype=float)
    except Exception:  # it gave no numbers; the problem says so
        return ""
    for wrong, hint in mistakes:
        try:
            np.testing.assert_allclose(
                result,
                np.asarray(_call(wrong, args), dtype=float),
                rtol=0,
                atol=tolerance,
                strict=True,
            )
        except Exception:  # another mistake than this one
            continue
        return f" Hint: {hint}"
    return ""
