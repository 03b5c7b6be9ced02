"""`make run`: the whole portal on one machine, in one terminal, from one command (`python -m portal.run`)."""
