"""The language rules, as pure functions: no queue, no database, no network."""
