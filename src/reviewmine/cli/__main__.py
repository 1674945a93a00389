"""``python -m reviewmine.cli``."""

from reviewmine.cli import main

main()
