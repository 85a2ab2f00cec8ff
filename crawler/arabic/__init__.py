"""Facts about the Arabic script and its calendar words; standard library only."""
