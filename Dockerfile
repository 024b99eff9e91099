# echoforensics in a container: slim, as a user without rights, with evidence that cannot be written to.
#
#   docker build -t echoforensics .
#   docker run --rm --network none --read-only --tmpfs /tmp \
#       -v /evidence:/evidence:ro -v "$PWD/cases:/cases" -v "$HOME/.config/echoforensics:/settings/echoforensics:ro" \
#       --user "$(id -u):$(id -g)" echoforensics extract /evidence/echo.E01 -c /cases/CASE
#
# docs/install.md says more. What is installed is what requirements.lock pins, with its hashes.
FROM python:3.13-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc g++ libc6-dev zlib1g-dev
WORKDIR /source
COPY . .
# What needs what is known once all of the lock is installed; the image gets the part that running needs.
RUN python -m venv /opt/all \
    && /opt/all/bin/pip install --no-cache-dir --require-hashes -r requirements-build.lock \
    && /opt/all/bin/pip install --no-cache-dir --no-build-isolation --require-hashes -r requirements.lock \
    && /opt/all/bin/python .ci/release/runtime_requirements.py > /runtime.lock
RUN python -m venv /opt/echoforensics \
    && /opt/echoforensics/bin/pip install --no-cache-dir --require-hashes -r requirements-build.lock \
    && /opt/echoforensics/bin/pip install --no-cache-dir --no-build-isolation --require-hashes -r /runtime.lock \
    && /opt/echoforensics/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /opt/echoforensics/bin/pip uninstall --yes setuptools wheel pip

FROM python:3.13-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends e2fsprogs ffmpeg libarchive13 openssl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home examiner \
    && install -d -o examiner /cases /settings
COPY --from=build /opt/echoforensics /opt/echoforensics
ENV PATH=/opt/echoforensics/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUTF8=1 \
    XDG_CONFIG_HOME=/settings \
    XDG_STATE_HOME=/tmp
# By its number, so that whoever runs the image can see that it is not root.
USER 10001
WORKDIR /cases
VOLUME ["/cases"]
HEALTHCHECK NONE
ENTRYPOINT ["echoforensics"]
CMD ["--help"]
