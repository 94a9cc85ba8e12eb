"""`python -m autograder.cli` is the same as `nncourse`."""

from autograder.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
