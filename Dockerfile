# The platform from its wheel. The database is Neo4j, see compose.yaml.
FROM python:3.13-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/coordination \
 && /opt/coordination/bin/pip install --no-cache-dir --require-hashes --only-binary=:all: -r requirements/runtime.txt \
 && /opt/coordination/bin/python -m hatchling build --target wheel \
 && /opt/coordination/bin/pip install --no-cache-dir --no-deps dist/coordination-*.whl

FROM python:3.13-slim-bookworm
RUN useradd --system --create-home --home-dir /var/lib/coordination coordination
COPY --from=build /opt/coordination /opt/coordination
ENV PATH=/opt/coordination/bin:$PATH PYTHONUNBUFFERED=1 COORDINATION_DATA_DIR=/var/lib/coordination
USER coordination
VOLUME /var/lib/coordination
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
CMD ["coordination", "serve", "--host", "0.0.0.0", "--port", "8000"]
