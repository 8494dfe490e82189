# One static binary in an empty image.
FROM rust:1.95-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends curl openssl python3 valgrind && rm -rf /var/lib/apt/lists/*
RUN rustup component add llvm-tools
WORKDIR /src
COPY . .
# Built twice, the second time for what the first one was seen to run through, for the architecture of the build machine;
# buildx runs this stage once for each. `--build-arg PROFILE=no` builds once: a third of the time, an eighth more of a processor
# for every request.
ARG PROFILE=yes
RUN if [ "$PROFILE" = yes ]; then \
      benches/profile/build /gantry; \
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
