"""Pages of the consent app: look-up, and a data subject's consents over time."""
