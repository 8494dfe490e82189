# One static binary in an empty image.
FROM rust:1.95-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends musl-tools && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# The architecture of the build machine; buildx runs this stage once for each.
RUN target="$(uname -m)-unknown-linux-musl" \
 && rustup target add "$target" \
 && CC="musl-gcc" cargo build --release --locked --target "$target" \
 && cp "target/$target/release/gantry" /gantry

FROM scratch
COPY --from=build /gantry /gantry
USER 65532:65532
ENV GANTRY_LISTEN=0.0.0.0:8080 GANTRY_ADMIN_LISTEN=0.0.0.0:9090
EXPOSE 8080 9090
ENTRYPOINT ["/gantry"]
CMD ["serve", "/apis"]
