"""The router on its bundle, in a process of its own: see ``router_clock``."""

import sys
import time


def main() -> None:
    start = time.perf_counter()
    from reviewmine.router import Router

    router = Router.load(sys.argv[1])
    seconds = time.perf_counter() - start
    from router_clock import report

    many = {
        "labels": lambda texts: router.score([{"text": text} for text in texts]).chosen,
        "decisions": router.route_many,
    }
    report(seconds, router.route, many)


if __name__ == "__main__":
    main()
