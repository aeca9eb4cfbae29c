"""``python -m kanmon``: the command line."""

from .app.cli import main

main()
