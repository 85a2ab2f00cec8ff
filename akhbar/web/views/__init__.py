"""The pages: what each asks of the corpus, and hands to its template."""
