"""How often somebody may ask within a minute, counted in Redis for all web processes together.

Minutes are those of the clock, so that up to twice the limit fits where two of them meet. Where Redis does not answer,
nobody is held back: limits keep a runaway client from slowing the others, they are no access rule.
"""

from __future__ import annotations

import time
from functools import lru_cache

import redis
from django.conf import settings

_WINDOW = 60  # seconds
_GIVE_UP_FOR = 30.0  # seconds in which a Redis that did not answer is not asked again
_TIMEOUT = 0.2  # seconds
_silent_until = 0.0


def seconds_to_wait(name: str, *, limit: int) -> int:
    """Count one request of `name`, such as `user:7`; 0 within `limit` a minute, or else when the next minute begins.

    A `limit` of 0 switches it off.
    """
    global _silent_until
    if limit <= 0 or time.monotonic() < _silent_until:
        return 0
    now = time.time()
    key = f"probity:rate:{name}:{int(now // _WINDOW)}"
    try:
        pipeline = _client(settings.PROBITY_REDIS_URL).pipeline(transaction=False)
        pipeline.incr(key)
        pipeline.expire(key, 2 * _WINDOW)
        count = int(pipeline.execute()[0])
    except redis.RedisError:
        _silent_until = time.monotonic() + _GIVE_UP_FOR
        return 0
    return 0 if count <= limit else int(_WINDOW - now % _WINDOW) + 1


def too_fast(wait: int) -> str:
    """What somebody is told who asks too often."""
    return f"That was too fast. Try again in {wait} seconds."


@lru_cache(maxsize=2)
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=_TIMEOUT, socket_timeout=_TIMEOUT)
