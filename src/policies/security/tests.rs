//! Security requirements through whole documents, with the services that are asked on real sockets.

mod amazon;
mod basic;
mod bearer;
mod certificates;
mod refused;
mod table;
mod tokens;
mod ways;

use std::path::Path;

use crate::settings::{Live, OAuthProvider, UserRegistry};
use crate::test_support::{Ask, Gateway, Loaded, Recorded, Reply, Setup, TestServer, json_reply};

/// `ann:secret` and `bob:wrong` as browsers send them.
const ANN: &str = "Basic YW5uOnNlY3JldA==";
const BOB: &str = "Basic Ym9iOndyb25n";

/// The message of API Connect, whatever the reason is.
const REFUSED: &str = "{\"httpCode\":\"401\",\"httpMessage\":\"Unauthorized\",\"moreInformation\":\"Cannot pass the security \
                       checks that are required by the target API or operation, Enable debug headers for more details.\"}";

/// A document whose operation `/it` asks for this.
fn document(schemes: &str, security: &str) -> String {
    format!(
        "openapi: 3.1.0\ninfo: {{title: orders, version: 1.0.0}}\ncomponents: {{securitySchemes: {{{schemes}}}}}\nsecurity: {security}\n\
         paths:\n  /it: {{get: {{responses: {{}}}}}}\n  /open: {{get: {{security: [], responses: {{}}}}}}\nx-assembly:\n  execute:\n  - set-variable:\n      \
         actions:\n      - {{set: message.body, value: '$(client.app.id)|$(oauth.processing.resource_owner)|$(api.security.bearer_token)|\
         $(api.security.bearer_validation_response)'}}\n"
    )
}

/// Name and password are right for Ann only.
fn registry() -> TestServer {
    TestServer::start(|request| match request.header("authorization") {
        Some(ANN) => Reply::Reply(200, vec![], b"hello".to_vec()),
        _ => Reply::Reply(401, vec![], vec![]),
    })
}

/// An issuer that says this of a token, given what was asked.
fn issuer(answer: impl Fn(&str, &Recorded) -> String + Send + Sync + 'static) -> TestServer {
    TestServer::start(move |request| {
        let form = String::from_utf8_lossy(&request.body).into_owned();
        let token = form.strip_prefix("token=").and_then(|rest| rest.split('&').next()).unwrap_or_default();
        json_reply(200, &answer(token, request))
    })
}

fn setup(change: impl FnOnce(&mut Live)) -> Setup {
    Setup::default().settings(change)
}

fn provider(name: &str, provider: OAuthProvider) -> impl FnOnce(&mut Live) {
    move |live| drop(live.oauth_providers.insert(name.to_owned(), provider))
}

fn introspects(url: &str) -> OAuthProvider {
    OAuthProvider { introspection_url: Some(url.to_owned()), ..OAuthProvider::default() }
}

fn get() -> Ask {
    Ask::get("/it")
}

fn with(authorization: &str) -> Ask {
    get().header("authorization", authorization)
}

fn warnings_only(loaded: Loaded) -> Gateway {
    let found = loaded.findings();
    assert!(found.iter().all(|line| line.contains(": warning ")), "{found:?}");
    loaded.serve()
}

/// A file with one application, `m1` with the secret `s3cret`.
fn applications(live: &mut Live, file: &Path) {
    // printf %s s3cret | sha256sum
    let text = "plans: {gold: {}}\nproducts: {all: {apis: ['*'], plans: [gold]}}\napplications:\n  mobile: {client-id: m1, \
                client-secret-sha256: 1ec1c26b50d5d3c58d9583181af8076655fe00756bf7285940ba3670f99fcba0, subscriptions: [{product: all, plan: gold}]}\n";
    std::fs::write(file, text).unwrap();
    live.clients_file = Some(file.to_str().unwrap().to_owned());
}

fn registries(name: &str, url: &str) -> impl FnOnce(&mut Live) {
    let registry = UserRegistry { authentication_url: url.to_owned(), tls_profile: None };
    move |live| drop(live.registries.insert(name.to_owned(), registry))
}
