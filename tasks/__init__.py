"""What is done to an article: received, ingested, summarized, tagged, linked; and the sweep that loses nothing."""
