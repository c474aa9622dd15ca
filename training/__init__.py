"""How the shipped checkpoints are made and checked. Nothing here runs at work, and nothing at work imports it."""
