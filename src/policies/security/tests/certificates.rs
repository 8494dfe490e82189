//! `mutualTLS`: the certificate that the listener has verified.

use super::*;
use crate::test_support::client_certificate;

fn around(security: &str) -> Gateway {
    let schemes = "cert: {type: mutualTLS}, token: {type: http, scheme: bearer, x-ibm-bearer-validation-method: none}";
    setup(|live| live.client_certificates = true).load(&document(schemes, security)).serve_cleanly()
}

#[tokio::test]
async fn a_client_needs_a_certificate() {
    let gateway = around("[{cert: []}]");
    assert_eq!(gateway.ask(get().certificate(client_certificate())).await.status, 200);
    let refused = gateway.ask(get()).await;
    assert_eq!((refused.status, refused.fault_name()), (401, Some("UnauthorizedError")), "{refused}");
    assert!(!refused.headers.contains_key("www-authenticate"));
    assert_eq!(gateway.ask(Ask::get("/open")).await.status, 200);
}

#[tokio::test]
async fn certificates_are_one_of_several_demands() {
    let both = around("[{cert: [], token: []}]");
    let with = || get().certificate(client_certificate());
    assert_eq!(both.ask(with().header("authorization", "Bearer t")).await.status, 200);
    assert_eq!(both.ask(with()).await.status, 401);
    assert_eq!(both.ask(get().header("authorization", "Bearer t")).await.status, 401);
    let either = around("[{cert: []}, {token: []}]");
    assert_eq!(either.ask(with()).await.status, 200);
    assert_eq!(either.ask(get().header("authorization", "Bearer t")).await.status, 200);
    assert_eq!(either.ask(get()).await.status, 401);
}

#[tokio::test]
async fn roles_are_not_checked_and_so_not_granted() {
    let gateway = around("[{cert: [admin]}]");
    assert_eq!(gateway.ask(get().certificate(client_certificate())).await.status, 401);
}
