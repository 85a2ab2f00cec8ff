"""Fetch and read: from an outlet's address to an Article. Knows no database."""
