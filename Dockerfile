# One image per service, holding its code and its libraries and no other's:  docker build --build-arg SERVICE=clients .
# The gateway is `--target gateway`; `--target all` holds everything and does what is done once for all (migrations).
# The root file system may be read-only; what is kept lies in /var/lib/openrecp.

FROM python:3.13.11-slim-bookworm AS libraries
WORKDIR /app
RUN python -m venv /venv
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

FROM libraries AS libraries-all
COPY requirements.lock requirements.lock
RUN /venv/bin/pip install --require-hashes -r requirements.lock

FROM libraries AS libraries-gateway
COPY deploy/locks/gateway.lock requirements.lock
RUN /venv/bin/pip install --require-hashes -r requirements.lock

FROM libraries AS libraries-service
ARG SERVICE
COPY deploy/locks/${SERVICE}.lock requirements.lock
RUN /venv/bin/pip install --require-hashes -r requirements.lock

FROM python:3.13.11-slim-bookworm AS room
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
ENV OPENRECP_HOST=0.0.0.0 OPENRECP_PORT=8000 OPENRECP_DATA=/var/lib/openrecp
RUN groupadd --gid 10001 openrecp \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin openrecp \
    && install -d -m 0700 -o openrecp -g openrecp /var/lib/openrecp /keys/private \
    && install -d -m 0755 -o openrecp -g openrecp /keys/public
WORKDIR /app
COPY contracts contracts
COPY chassis chassis
COPY packs packs
COPY api_client api_client
COPY openrecp openrecp
ENTRYPOINT ["python", "-m", "openrecp"]

FROM room AS gateway
COPY --from=libraries-gateway /venv /venv
ENV OPENRECP_SERVICE=gateway
COPY gateway gateway
COPY portal portal
RUN python -m compileall -q .
USER 10001:10001

FROM room AS all
COPY --from=libraries-all /venv /venv
COPY gateway gateway
COPY portal portal
COPY services services
RUN python -m compileall -q .
USER 10001:10001

FROM room AS service
ARG SERVICE
ENV OPENRECP_SERVICE=${SERVICE}
RUN test -n "${SERVICE}"
COPY --from=libraries-service /venv /venv
COPY services/__init__.py services/__init__.py
COPY services/${SERVICE} services/${SERVICE}
RUN python -m compileall -q .
USER 10001:10001
