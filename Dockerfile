# One static binary in an empty image.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# `--build-arg PROFILE=yes` builds three times as long, with a profile of what requests run through, for the architecture of the
# build machine: each request then takes about an eighth less of a processor.
ARG PROFILE=no
RUN if [ "$PROFILE" = yes ]; then \
      apt-get update \
      && apt-get install -y --no-install-recommends curl openssl python3 valgrind \
      && rustup component add llvm-tools \
      && benches/profile/build /gantry; \
    else \
      target="$(uname -m)-unknown-linux-gnu" \
      && RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --locked --target "$target" \
      && cp "target/$target/release/gantry" /gantry; \
    fi

FROM scratch
COPY --from=build /gantry /gantry
USER 65532:65532
ENV GANTRY_LISTEN=0.0.0.0:8080 GANTRY_ADMIN_LISTEN=0.0.0.0:9090
EXPOSE 8080 9090
ENTRYPOINT ["/gantry"]
CMD ["serve", "/apis"]
