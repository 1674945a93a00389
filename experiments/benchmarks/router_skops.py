"""A scikit-learn pipeline that skops has saved, in a process of its own: see ``router_clock``."""

import sys
import time


def main() -> None:
    start = time.perf_counter()
    import skops.io

    # the type of the numbers is all that skops does not know of such a pipeline
    pipeline = skops.io.load(sys.argv[1], trusted=skops.io.get_untrusted_types(file=sys.argv[1]))
    seconds = time.perf_counter() - start
    from router_clock import report

    many = {"labels": pipeline.predict, "features alone": pipeline[:-1].transform}
    report(seconds, lambda text: pipeline.predict([text]), many)


if __name__ == "__main__":
    main()
