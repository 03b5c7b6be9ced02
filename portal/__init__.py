"""The Django project of Probity. Importing it loads nothing: the Celery application comes with the apps."""

__version__ = "0.1.0"
