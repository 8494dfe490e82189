//! A `lambda_http` service: answers with what it was asked.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use lambda_http::{Body, Error, Request, RequestExt, Response, run, service_fn};
use serde_json::{Value, json};

async fn answer(request: Request) -> Result<Response<Body>, Error> {
    let response = Response::builder().status(201).header("set-cookie", "a=1").header("set-cookie", "b=2");
    let response = response.header("x-by", "rust");
    if request.uri().path().ends_with("/picture") {
        let bytes: Vec<u8> = (0..=255).collect();
        return Ok(response.header("content-type", "image/png").body(Body::Binary(bytes))?);
    }
    let mut headers = serde_json::Map::new();
    for (name, value) in request.headers() {
        let values = headers.entry(name.as_str()).or_insert_with(|| json!([]));
        if let (Value::Array(values), Ok(text)) = (values, value.to_str()) {
            values.push(text.into());
        }
    }
    let query: Vec<String> = request
        .query_string_parameters()
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let seen = json!({
        "method": request.method().as_str(),
        "path": request.raw_http_path(),
        "query": query.join("&"),
        "headers": headers,
        "body": BASE64_STANDARD.encode(request.body().as_ref()),
    });
    Ok(response.header("content-type", "application/json").body(Body::Text(seen.to_string()))?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(answer)).await
}
