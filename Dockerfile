# One image for the site, its worker and its commands. `compose.yaml` runs them with PostgreSQL, Redis and Caddy.
FROM python:3.13-slim-trixie AS build
# uv.lock pins the packages, whichever uv reads it.
# hadolint ignore=DL3013
RUN pip install --no-cache-dir uv
WORKDIR /srv/galley
COPY pyproject.toml uv.lock ./
# `sentry`, `otel` or `s3`, separated by spaces.
ARG GALLEY_EXTRAS=""
# Each of them is a word.
# hadolint ignore=SC2046
RUN uv sync --locked --no-dev --compile-bytecode $(for extra in $GALLEY_EXTRAS; do echo "--extra=$extra"; done)
COPY . .
ENV DJANGO_SETTINGS_MODULE=config.settings.production STATIC_ROOT=/srv/galley/collected-static GALLEY_VAR_DIR=/srv/galley/var
# These three are needed by the settings, not by the command.
RUN SECRET_KEY=only-to-collect-static-files ALLOWED_HOSTS=localhost WAGTAILADMIN_BASE_URL=http://localhost \
    .venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.13-slim-trixie
# pg_dump, for backups: Debian's PostgreSQL must not be older than that of `compose.yaml`. Debian keeps no former versions.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/*
RUN useradd --system --home-dir /srv/galley/var --shell /usr/sbin/nologin galley
COPY --from=build /srv/galley /srv/galley
RUN install -d -o galley -g galley /srv/galley/var
WORKDIR /srv/galley
USER galley
# glibc gives each thread a part of memory of its own, and keeps large buffers in it that it would give back at once.
ENV MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=131072 \
    PATH=/srv/galley/.venv/bin:$PATH \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    STATIC_ROOT=/srv/galley/collected-static \
    GALLEY_VAR_DIR=/srv/galley/var
VOLUME /srv/galley/var
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["python", "deploy/is_ready.py"]
ENTRYPOINT ["python", "manage.py"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
