"""Scheduled work: the queue's tasks, the worker that runs them, and how people are warned."""
