"""Asking an assistant's chat endpoint over HTTP, with nothing reached that the operator has not allowed.

Plain Python over httpcore: `targets` decides which addresses may be written down, `networks` which machines may be
connected to, `transport` sends one request within one deadline, `protocols` speaks to chat endpoints. Nothing here
reads settings, follows a redirect, or uses a proxy of the environment.
"""
