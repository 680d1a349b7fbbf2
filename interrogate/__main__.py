"""`python -m interrogate`."""

from interrogate.cli import main

main()
