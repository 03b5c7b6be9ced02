"""Changing keys while the portal runs: everything is brought under the new one; the old one goes when unused."""
