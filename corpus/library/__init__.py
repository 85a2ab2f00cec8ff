"""What the web page shows, read from the corpus views; every answer comes with the SQL that gave it.

Nothing here writes: a `Library` (connections.py) hands out read-only connections in the role akhbar_reader,
with a time limit for each question. Values reach the server as parameters only, and the SQL of an answer is
the very statement that was run, with its values in place (answers.py). The questions: search.py,
articles.py (with their stories), outlets.py, crawls.py (with what they covered).
"""
