"""Reports that are files of their own: one self-contained page each."""
