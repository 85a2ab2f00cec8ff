"""Keep and serve: all SQL of the project lives in this room and nowhere else."""
