"""Asking an assistant matched questions: connectors, runs, the asking itself, and judging what came back."""
