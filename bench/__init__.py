"""The project's own measurements. Each prints one JSON object."""
