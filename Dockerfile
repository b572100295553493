# Untested: no Docker was at hand. The same processes are tested without it (tests/e2e/test_many_processes.py).
FROM python:3.11-slim AS built
WORKDIR /src
RUN python -m venv /metonic
COPY requirements.txt ./
RUN /metonic/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY core core
COPY gateway gateway
COPY plugins plugins
RUN /metonic/bin/pip install --no-cache-dir --no-deps --no-build-isolation \
    ./core ./gateway ./plugins/apple ./plugins/google ./plugins/outlook

FROM python:3.11-slim
COPY --from=built /metonic /metonic
RUN useradd --system metonic
USER metonic
ENV PATH=/metonic/bin:$PATH METONIC_HOST=0.0.0.0
EXPOSE 8000
ENTRYPOINT ["metonic"]
CMD ["serve"]
