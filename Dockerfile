# The gateway in a container: not root, nothing of its root needs to be written. Before it is built, "deno task release"
# has to write the Debian package into dist/. To run it:
#
#   docker build -t byova-gateway .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges -p 50051:50051 -p 8080:8080 \
#     -v ./config.yaml:/etc/byova-gateway/config.yaml:ro -v byova-data:/var/lib/byova-gateway byova-gateway
#
# Both ports listen on every address of the container, so the configuration has to name what guards them.
FROM debian:12-slim AS unpacked
ARG TARGETARCH=amd64
COPY dist/byova-gateway_*_${TARGETARCH}.deb /byova-gateway.deb
RUN dpkg-deb --extract /byova-gateway.deb /unpacked \
  && install -d -o 10001 -g 10001 -m 700 /unpacked/var/lib/byova-gateway

FROM debian:12-slim
COPY --from=unpacked /unpacked/usr/lib/byova-gateway /usr/lib/byova-gateway
COPY --from=unpacked /unpacked/usr/bin/byova-gateway /usr/bin/byova-gateway
COPY --from=unpacked /unpacked/etc/byova-gateway /etc/byova-gateway
COPY --from=unpacked --chown=10001:10001 /unpacked/var/lib/byova-gateway /var/lib/byova-gateway
# What "byova-gateway permissions" prints for the sample configuration with these addresses; for yours, give its output
# with -e GATEWAY_FLAGS.
ENV GATEWAY_FLAGS="--v8-flags=--single-threaded-gc,--max-semi-space-size=2,--heap-growing-percent=40,--memory-pool-timeout=1 --unstable-net --no-prompt --deny-import --no-remote --no-npm --ignore-env --allow-net=0.0.0.0:50051,0.0.0.0:8080 --allow-read=/etc/byova-gateway/config.yaml,data --allow-write=data --allow-env=ALERT_WEBHOOK_URL,ALERT_WEBHOOK_SECRET,FLASK_SECRET_KEY,WEBEX_CLIENT_ID,WEBEX_CLIENT_SECRET,WEBEX_REDIRECT_URI,AUTHORIZED_WEBEX_ORG_IDS,WEBEX_BYODS_DATA_SOURCE_ID,WEBEX_BYODS_CLIENT_ID,WEBEX_BYODS_CLIENT_SECRET,WEBEX_BYODS_REFRESH_TOKEN,WEBEX_BYODS_ACCESS_TOKEN,GATEWAY_PORT,PORT,GATEWAY_HTTP_PORT,LOG_LEVEL,GATEWAY_INSECURE,GATEWAY_LAUNCHER,GATEWAY_FLAGS,DENO_TOKIO_EVENT_INTERVAL"
USER 10001:10001
WORKDIR /var/lib/byova-gateway
VOLUME /var/lib/byova-gateway
EXPOSE 50051 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --start-period=10s CMD ["byova-gateway", "health", "--config", "/etc/byova-gateway/config.yaml", "--host", "0.0.0.0", "--http-host", "0.0.0.0"]
ENTRYPOINT ["byova-gateway"]
CMD ["serve", "--config", "/etc/byova-gateway/config.yaml", "--host", "0.0.0.0", "--http-host", "0.0.0.0"]
