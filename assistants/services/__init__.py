"""Every change of the registry and every intake of conversations."""
