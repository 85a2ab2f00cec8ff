"""`python -m akhbar`: the command line without installation, in the checkout."""

from akhbar.commands import main

if __name__ == "__main__":
    main()
