"""What gunicorn is told beside its command line, in `make run` and in the image."""

from gunicorn.workers import gthread

# Browsers open connections ahead of need. For five seconds each would keep a thread from other people's requests, and
# a portal that is told to stop from ending; gunicorn has no setting for it.
gthread.DEFAULT_WORKER_DATA_TIMEOUT = 1.0
