"""Judge: one class a file, one verb a class; each drop has a reason and is counted."""
