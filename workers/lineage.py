"""Lineage: which engine, weights and settings made a result."""

import hashlib
import json


def lineage(name: str, weights: str, **choices: object) -> str:
    """`name@weights+settings`, the last two as short hashes."""
    fingerprint = hashlib.sha256(json.dumps(choices, sort_keys=True).encode()).hexdigest()[:8]
    return f"{name}@{weights}+{fingerprint}"
