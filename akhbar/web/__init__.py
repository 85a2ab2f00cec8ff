"""The web page: the corpus to look at, read-only, in Arabic and English, without scripts."""
