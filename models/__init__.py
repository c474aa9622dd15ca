"""The tables and how to reach them; nothing else."""
