//! Authorizers of AWS API Gateway that look at signed tokens.

use serde_json::{Value, json};

use super::tokens::with_keys;
use super::*;
use crate::test_support::keys::{NOW, RSA, RSA_PUBLIC, signed};

/// An export whose operation asks for this authorizer.
fn export(authorizer: &str, scheme: &str, scopes: &str) -> String {
    format!(
        "openapi: 3.0.1\ninfo: {{title: orders, version: 1.0.0}}\ncomponents:\n  securitySchemes:\n    pool: {{{scheme}, x-amazon-apigateway-authorizer: \
         {{{authorizer}}}}}\npaths:\n  /it:\n    get:\n      security: [{{pool: [{scopes}]}}]\n      responses: {{}}\n      \
         x-amazon-apigateway-integration: {{type: mock, requestTemplates: {{application/json: '{{\"statusCode\": 200}}'}}, responses: \
         {{default: {{statusCode: '200'}}}}}}\n"
    )
}

const OAUTH: &str = "type: oauth2, flows: {}";
const KEY: &str = "type: apiKey, in: header, name: Authorization";

fn token(issuer: &str, more: Value) -> String {
    let mut claims = json!({"iss": issuer, "sub": "ann", "exp": NOW + 300});
    claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    signed(&claims, RSA, "RS256")
}

#[tokio::test]
async fn a_jwt_authorizer_names_its_issuer() {
    let server = with_keys(RSA_PUBLIC);
    let issuer = server.url("");
    let authorizer = format!(
        "type: jwt, identitySource: $request.header.Authorization, jwtConfiguration: {{issuer: '{issuer}', audience: [shop, desk]}}"
    );
    let plain = Setup::default().load(&export(&authorizer, OAUTH, "")).serve_cleanly();
    let scoped = Setup::default().load(&export(&authorizer, OAUTH, "read, write")).serve_cleanly();
    for (more, expected, with_scope) in [
        (json!({"aud": "shop"}), 200, 403),
        (json!({"aud": ["x", "desk"], "scope": "write"}), 200, 200),
        (json!({"client_id": "shop", "scp": ["read"]}), 200, 200),
        (json!({"aud": "other", "client_id": "shop"}), 401, 401),
        (json!({}), 401, 401),
    ] {
        let token = token(&issuer, more.clone());
        for header in [format!("Bearer {token}"), token] {
            assert_eq!(plain.ask(with(&header)).await.status, expected, "{more}");
            assert_eq!(scoped.ask(with(&header)).await.status, with_scope, "{more}");
        }
    }
    let stranger = token("https://issuer.example", json!({"aud": "shop"}));
    assert_eq!(plain.ask(with(&stranger)).await.status, 401);
    let refused = plain.ask(get()).await;
    assert_eq!((refused.status, refused.header("www-authenticate")), (401, Some("Bearer")));
}

#[tokio::test]
async fn a_pool_wants_the_right_kind_of_token() {
    let server = with_keys(RSA_PUBLIC);
    let authorizer =
        "type: cognito_user_pools, providerARNs: ['arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab3']";
    // The pool itself is away; the settings say where its keys are here.
    let settings = OAuthProvider {
        jwks_url: Some(server.url("/keys")),
        issuer: Some("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab3".to_owned()),
        ..OAuthProvider::default()
    };
    let issuer = settings.issuer.clone().unwrap();
    let setup = setup(provider("pool", settings));
    let plain = setup.load(&export(authorizer, KEY, "")).serve_cleanly();
    let scoped = setup.load(&export(authorizer, KEY, "shop/read")).serve_cleanly();
    let (id, access) = (
        token(&issuer, json!({"token_use": "id"})),
        token(&issuer, json!({"token_use": "access", "scope": "shop/read"})),
    );
    let mut seen = Vec::new();
    for gateway in [&plain, &scoped] {
        for token in [&id, &access] {
            seen.push(gateway.ask(with(token)).await.status);
        }
    }
    assert_eq!(seen, [200, 401, 401, 200]);
    // Without settings the address of the keys is that of the pool.
    assert_eq!(Setup::default().load(&export(authorizer, KEY, "")).findings(), [""; 0]);
}

#[tokio::test]
async fn what_the_document_asks_for_goes_for_operations_that_say_nothing() {
    let server = with_keys(RSA_PUBLIC);
    let authorizer = format!("type: jwt, jwtConfiguration: {{issuer: '{}', audience: shop}}", server.url(""));
    for own in ["", "security: null"] {
        let text = export(&authorizer, OAUTH, "").replace("security: [{pool: []}]", own) + "security: [{pool: []}]\n";
        let gateway = Setup::default().load(&text).serve_cleanly();
        assert_eq!(gateway.ask(get()).await.status, 401, "{own}");
        assert_eq!(gateway.ask(with(&token(&server.url(""), json!({"aud": "shop"})))).await.status, 200, "{own}");
    }
    let open =
        export(&authorizer, OAUTH, "").replace("security: [{pool: []}]", "security: []") + "security: [{pool: []}]\n";
    assert_eq!(Setup::default().load(&open).serve_cleanly().ask(get()).await.status, 200);
}

#[test]
fn what_cannot_be_enforced_is_refused() {
    for (authorizer, scheme, expected) in [
        ("type: token, authorizerUri: x", KEY, "names no Lambda function"),
        ("type: request, authorizerUri: x", KEY, "names no Lambda function"),
        ("type: other, authorizerUri: x", KEY, "G0208 the authorizer `pool` waits"),
        ("type: jwt, jwtConfiguration: {issuer: 'https://a.test'}", OAUTH, "its issuer is not written out"),
        (
            "type: jwt, jwtConfiguration: {issuer: 'https://${x}', audience: [a]}",
            OAUTH,
            "its issuer is not written out",
        ),
        ("type: cognito_user_pools, providerARNs: ['arn:aws:sns:a:b:c']", KEY, "its issuer is not written out"),
        ("type: cognito_user_pools, providerARNs: ['a', 'b']", KEY, "its issuer is not written out"),
        ("type: cognito_user_pools", "type: apiKey, in: header, name: X-Token", "its token stands elsewhere"),
        ("type: jwt, identitySource: $request.querystring.token", OAUTH, "its token stands elsewhere"),
    ] {
        let found = Setup::default().load(&export(authorizer, scheme, "")).findings();
        assert!(
            found.iter().any(|line| line.contains(": error ") && line.contains(expected)),
            "{authorizer}: {found:?}"
        );
    }
}
