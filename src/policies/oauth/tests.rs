use crate::settings::OAuthProvider;
use crate::test_support::{Ask, Setup, TestServer, document, ibm_document, json_reply};

const STEP: &str =
    "- oauth: {oauth-provider-settings-ref: {default: staff}, supported-oauth-components: [OAuthValidateRequest]}\n";
const SAY: &str = "- set-variable: {actions: [{set: message.body, value: '$(oauth.processing.client_id) $(oauth.processing.scope) \
                   $(api.security.bearer_token)'}]}\n";

fn setup(url: &str) -> Setup {
    let provider = OAuthProvider { introspection_url: Some(url.to_owned()), ..OAuthProvider::default() };
    Setup::default().settings(|live| drop(live.oauth_providers.insert("staff".to_owned(), provider)))
}

fn issuer() -> TestServer {
    TestServer::start(|request| match request.body.starts_with(b"token=good&") {
        true => json_reply(200, r#"{"active": true, "client_id": "app", "scope": "a b"}"#),
        false => json_reply(200, r#"{"active": false}"#),
    })
}

#[tokio::test]
async fn a_token_is_checked_where_the_step_stands() {
    let issuer = issuer();
    let gateway = setup(&issuer.url("/")).load(&document(&format!("execute:\n{STEP}{SAY}"))).serve_cleanly();
    let ask = |header: &str| gateway.ask(Ask::get("/example/7").header("authorization", header));
    assert_eq!(ask("Bearer good").await.short(), (200, "app a b good"));
    for header in ["Bearer bad", "Bearer ", "Basic YTpi"] {
        let refused = ask(header).await;
        assert_eq!((refused.status, refused.fault_name()), (401, Some("UnauthorizedError")), "{header}");
        assert!(refused.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer")), "{header}");
    }
}

#[tokio::test]
async fn a_catch_that_names_the_fault_takes_it() {
    let caught = "catch:\n- errors: [UnauthorizedError]\n  execute:\n  - set-variable: {actions: [{set: message.body, value: caught}]}\n";
    let issuer = issuer();
    let gateway = setup(&issuer.url("/")).load(&document(&format!("execute:\n{STEP}{caught}"))).serve_cleanly();
    assert_eq!(gateway.get().await.short(), (200, "caught"));
}

#[test]
fn parts_of_an_oauth_provider_are_refused_by_name() {
    let find = |step: &str| setup("http://127.0.0.1:1/").load(&document(&format!("execute:\n{step}"))).findings();
    for name in [
        "OAuthGenerateAZCode",
        "OAuthVerifyAZCode",
        "OAuthVerifyRefreshToken",
        "OAuthCollectMetadata",
        "OAuthGenerateAccessToken",
        "OAuthIntrospectToken",
        "OAuthRevokeToken",
    ] {
        let found = find(&STEP.replace("[OAuthValidateRequest]", &format!("[OAuthValidateRequest, {name}]")));
        let expected = format!("error G0307 the component `{name}` is known but not built yet; ");
        assert!(found.len() == 1 && found[0].contains(&expected), "{found:?}");
    }
    for part in ["url: 'https://a.test/'", "literal: '{}'"] {
        let found = find(&STEP.replace("default: staff", &format!("default: staff, {part}")));
        assert!(found.len() == 1 && found[0].contains("error G0307"), "{found:?}");
    }
    let found = find(&STEP.replace("staff", "stuff"));
    assert!(
        found.len() == 1 && found[0].contains("error G0206 the settings have no OAuth provider `stuff`"),
        "{found:?}"
    );
    assert!(found[0].contains("did you mean `staff`?"), "{found:?}");
    let checked = Setup::default().check().load(&document(&format!("execute:\n{STEP}"))).findings();
    assert!(checked.len() == 1 && checked[0].contains("warning G0206"), "{checked:?}");
    let ibm = setup("http://127.0.0.1:1/")
        .load(&ibm_document("datapower-api-gateway", &format!("execute:\n{STEP}")))
        .findings();
    assert!(ibm.len() == 1 && ibm[0].contains("warning G0309 `oauth` checks the bearer token"), "{ibm:?}");
}
