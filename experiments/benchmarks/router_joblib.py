"""A scikit-learn pipeline that joblib has saved, in a process of its own: see ``router_clock``."""

import sys
import time


def main() -> None:
    start = time.perf_counter()
    import joblib

    pipeline = joblib.load(sys.argv[1])
    seconds = time.perf_counter() - start
    from router_clock import report

    many = {"labels": pipeline.predict, "features alone": pipeline[:-1].transform}
    report(seconds, lambda text: pipeline.predict([text]), many)


if __name__ == "__main__":
    main()
