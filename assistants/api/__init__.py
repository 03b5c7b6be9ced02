"""The registry and conversations over HTTP: read, and conversations pushed in bulk."""
