//! A VPC endpoint by TLS, as a private network has it: an authority of its own, a name that no public server knows.

use super::lambda;
use crate::settings::TlsProfile;
use crate::test_support::{Authority, Setup};

const ENDPOINT: &str = "vpce-0a1b2c3d-4e5f6a7b.lambda.eu-west-1.vpce.amazonaws.com";

#[tokio::test]
async fn a6_a_vpc_endpoint_is_called_under_its_name_and_below_its_path() {
    let authority = Authority::new();
    let server = authority.serve(ENDPOINT, false);
    let endpoint = format!("{}prefix", server.url());
    let call = |profile: &str| {
        let setup = Setup::with_lambda_at(endpoint.clone()).settings(|settings| {
            let ca = Some("/run/ca.pem".to_owned());
            let named = TlsProfile { ca: ca.clone(), server_name: Some(ENDPOINT.to_owned()), ..TlsProfile::default() };
            settings.tls_profiles.insert("private".to_owned(), named);
            settings.tls_profiles.insert("unnamed".to_owned(), TlsProfile { ca, ..TlsProfile::default() });
        });
        let setup = setup.env("file:/run/ca.pem", String::from_utf8(authority.pem()).unwrap());
        setup.assembly(&lambda(&format!("function: orders, tls-profile: {profile}"))).serve_cleanly()
    };
    let answer = call("private").get().await;
    assert_eq!((answer.status, answer.text()), (200, "{}"));
    let (name, request) = server.seen().remove(0);
    assert_eq!(name.as_deref(), Some(ENDPOINT), "the name in the handshake");
    assert_eq!(request.target, "/prefix/2015-03-31/functions/orders/invocations");
    // The endpoint is used as given: its own host is what is signed and sent.
    assert_eq!(request.header("host"), endpoint.strip_prefix("https://").and_then(|url| url.strip_suffix("/prefix")));
    assert!(request.header("authorization").is_some_and(|value| value.contains("host")));

    let answer = call("unnamed").get().await;
    assert_eq!(answer.status, 502, "a certificate for another name is refused: {}", answer.text());
    assert_eq!(server.seen().len(), 1);
}
