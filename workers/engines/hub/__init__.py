"""Engines from checkpoints of the hub or of a folder, through transformers and torch (the extra `torch`)."""
