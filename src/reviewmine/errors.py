"""The errors a user meets: what was found, what was expected, where, what to do."""


class ReviewmineError(Exception):
    """Input or configuration that cannot be used; the command line prints it as one line and returns 2.

    >>> print(ReviewmineError("rating is 'пять'", expected="1 to 5", where="reviews.csv, line 17", do="fix the row"))
    reviews.csv, line 17: rating is 'пять', expected 1 to 5; fix the row
    """

    exit_code = 2

    def __init__(self, found: str, *, expected: str = "", where: str = "", do: str = "") -> None:
        """Join the four parts into one line; line breaks inside a part become spaces."""
        self.found, self.expected, self.where, self.do = found, expected, where, do
        line = f"{where}: {found}" if where else found
        if expected:
            line += f", expected {expected}"
        if do:
            line += f"; {do}"
        super().__init__(" ".join(line.split()))


class GateError(ReviewmineError):
    """A finished model or run below a gate of its experiment file; the command line returns 1."""

    exit_code = 1


class BundleError(ReviewmineError):
    """A bundle that is missing, altered or of another schema, and is therefore refused."""


def missing_extra(library: str, extra: str, purpose: str) -> ReviewmineError:
    """Return the error for a library that is not installed, with the exact command that installs it."""
    return ReviewmineError(
        f"{purpose} needs {library}, which is not installed",
        do=f'run: pip install "reviewmine[{extra}]"',
    )
