# Built by buildah, and run, on a Debian base with Python 3.11 in place of the images named here (docs/operator-guide.md).
FROM python:3.12-slim-bookworm AS installed
WORKDIR /srv/probity
COPY pyproject.toml uv.lock ./
COPY portal/run/constraints.py portal/run/constraints.py
RUN python -m venv /opt/venv \
    && python portal/run/constraints.py > /tmp/constraints.txt \
    && python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" \
       > /tmp/requirements.txt \
    && /opt/venv/bin/pip install --no-cache-dir -c /tmp/constraints.txt -r /tmp/requirements.txt

FROM python:3.12-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PROBITY_VAR=/var/lib/probity \
    DJANGO_SETTINGS_MODULE=portal.settings.production
RUN useradd --system --create-home --home-dir /var/lib/probity probity
WORKDIR /srv/probity
COPY --from=installed /opt/venv /opt/venv
COPY . .
# Static files need settings, but no secret and no server: these values exist in this step alone.
RUN SECRET_KEY=build FIELD_ENCRYPTION_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= PROBITY_MASTER_KEYS=build PROBITY_INDEX_KEY=build \
    PROBITY_LEDGER_KEY=build ALLOWED_HOSTS=build DATABASE_URL=postgresql://build/build \
    REDIS_URL=redis://build/0 python manage.py collectstatic --noinput --skip-checks \
    && python -m compileall -q . \
    && chown -R probity /var/lib/probity
USER probity
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
# Requests under way may end within eight seconds: `docker stop` kills after ten.
CMD ["gunicorn", "portal.wsgi", "--config", "python:portal.gunicorn_conf", "--bind", "0.0.0.0:8000", \
     "--worker-class", "gthread", "--workers", "2", "--threads", "8", \
     "--graceful-timeout", "8", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
