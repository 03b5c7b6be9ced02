"""What every page's frame shows: where one can go, how much waits there, and whether the data is synthetic."""

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, object]:
    return {"nav": []}
