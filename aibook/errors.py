"""Errors that say what to do, worded alike throughout the package."""


def unknown(what, value, choices):
    """A ValueError that names a wrong choice and the right ones.

    Parameters
    ----------
    what : str
        What was to be chosen, such as "source".
    value : object
        What was given.
    choices : iterable of str
    """
    names = ", ".join(repr(name) for name in choices)
    return ValueError(f"Unknown {what} {value!r}. Choose one of: {names}.")
