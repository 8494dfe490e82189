use crate::settings::UserRegistry;
use crate::test_support::{Ask, Gateway, Reply, Setup, TestServer, document};

const ANN: &str = "Basic YW5uOnNlY3JldA==";
const BOB: &str = "Basic Ym9iOndyb25n";
const SAY: &str = "- set-variable: {actions: [{set: message.body, value: '$(user-security.default.username)|$(user-security.default.credential)|\
                   $(user-security.default.authenticated)|$(user-security.default.headers.x-api-role)|$(user-security.error-message)'}]}\n";

fn registry() -> TestServer {
    TestServer::start(|request| match request.header("authorization") {
        Some(ANN) => {
            let header = |name, value: &str| (name, value.to_owned());
            let headers = [
                header("X-API-Authenticated-Credential", "uid=ann"),
                header("X-API-Role", "clerk"),
                header("X-Other", "1"),
            ];
            Reply::Reply(200, headers.to_vec(), vec![])
        }
        _ => Reply::Reply(401, vec![], vec![]),
    })
}

fn setup(url: &str) -> Setup {
    let registry = UserRegistry { authentication_url: url.to_owned(), tls_profile: None };
    Setup::default().settings(|live| drop(live.registries.insert("people".to_owned(), registry)))
}

fn serve(url: &str, steps: &str) -> Gateway {
    setup(url).load(&document(&format!("execute:\n{steps}{SAY}"))).serve_cleanly()
}

async fn ask(gateway: &Gateway, header: &str) -> (u16, String) {
    let answer = gateway.ask(Ask::get("/example/7").header("authorization", header)).await;
    (answer.status, answer.text().to_owned())
}

#[tokio::test]
async fn a_registry_knows_people() {
    let server = registry();
    let gateway = serve(&server.url("/"), "- user-security: {user-registry: people}\n");
    assert_eq!(ask(&gateway, ANN).await, (200, "ann|uid=ann|true|clerk|".to_owned()));
    for header in [BOB, "", "Basic", "Bearer x"] {
        assert_eq!(ask(&gateway, header).await.0, 401, "{header}");
    }
    let refused = gateway.get().await;
    assert_eq!((refused.status, refused.fault_name()), (401, Some("UnauthorizedError")));
    assert!(refused.header("www-authenticate").is_some_and(|value| value.starts_with("Basic ")));
    // Properties that the settings do not need and editors write all the same.
    let written = "- user-security: {version: 2.1.0, factor-id: default, extract-identity-method: basic, ei-stop-on-error: true, \
                   user-auth-method: user-registry, user-registry: people, au-stop-on-error: true, auth-response-headers-pattern: '(?i)x-api*', \
                   auth-response-header-credential: X-API-Authenticated-Credential, user-az-method: authenticated, az-stop-on-error: true, \
                   redirect-time-limit: 300, redirect-url: '', ei-default-form: true, ei-form-time-limit: 300}\n";
    assert_eq!(ask(&serve(&server.url("/"), written), ANN).await.0, 200);
}

#[tokio::test]
async fn what_fails_stops_only_where_it_says_so() {
    let server = registry();
    for (properties, header, expected) in [
        ("", BOB, (401, "")),
        ("au-stop-on-error: false", BOB, (401, "")),
        ("au-stop-on-error: false, az-stop-on-error: false", BOB, (200, "bob||false||name or password is wrong")),
        ("au-stop-on-error: false, user-az-method: disabled", BOB, (200, "bob||false||name or password is wrong")),
        ("ei-stop-on-error: false", "", (401, "")),
        ("ei-stop-on-error: false, user-az-method: disabled", "", (401, "")),
        (
            "ei-stop-on-error: false, au-stop-on-error: false, user-az-method: disabled",
            "",
            (200, "||||there is nobody to ask about"),
        ),
        ("user-auth-method: disabled", ANN, (401, "")),
        ("user-auth-method: disabled, user-az-method: disabled", ANN, (200, "ann||false||")),
        ("extract-identity-method: disabled", ANN, (401, "")),
    ] {
        let gateway = serve(&server.url("/"), &format!("- user-security: {{user-registry: people, {properties}}}\n"));
        let (status, text) = ask(&gateway, header).await;
        assert_eq!((status, if status == 200 { &*text } else { "" }), expected, "{properties} {header}");
    }
}

#[tokio::test]
async fn a_later_step_relies_on_an_earlier_one_of_its_factor() {
    let server = registry();
    let later = |factor: &str| {
        format!(
            "- user-security: {{user-registry: people}}\n- user-security: {{factor-id: {factor}, extract-identity-method: disabled, \
             user-auth-method: disabled}}\n"
        )
    };
    assert_eq!(ask(&serve(&server.url("/"), &later("default")), ANN).await.0, 200);
    assert_eq!(ask(&serve(&server.url("/"), &later("second")), ANN).await.0, 401);
}

#[tokio::test]
async fn names_and_passwords_may_stand_in_variables() {
    let server = registry();
    let step = "- user-security: {extract-identity-method: context-var, user-context-var: request.headers.x-user, pass-context-var: \
                $(request.headers.x-password), user-auth-method: auth-url, auth-url: '$(base)/people'}\n";
    let text = document(&format!("properties: {{base: '{}'}}\nexecute:\n{step}{SAY}", server.url("")));
    let gateway = Setup::default().load(&text).serve_cleanly();
    let ask = |user: &str, password: &str| {
        gateway.ask(Ask::get("/example/7").header("x-user", user).header("x-password", password))
    };
    assert_eq!(ask("ann", "secret").await.short(), (200, "ann|uid=ann|true|clerk|"));
    assert_eq!(server.requests()[0].target, "/people");
    // A colon in the name would be another name and another password.
    for (user, password) in [("ann:secret", ""), ("", "secret"), ("ann", "")] {
        assert_eq!(ask(user, password).await.status, 401, "{user} {password}");
    }
}

#[tokio::test]
async fn a_registry_that_does_not_answer_knows_nobody() {
    let url = format!("http://{}/", crate::test_support::closed_port());
    let refused = serve(&url, "- user-security: {user-registry: people}\n");
    let answer = refused.ask(Ask::get("/example/7").header("authorization", ANN)).await;
    assert_eq!((answer.status, answer.fault_name()), (503, Some("ConnectionError")));
    let goes_on = serve(&url, "- user-security: {user-registry: people, au-stop-on-error: false}\n");
    assert_eq!(ask(&goes_on, ANN).await.0, 401);
}

#[test]
fn what_does_not_run_is_refused_by_name() {
    let find = |properties: &str| {
        let step = format!("execute:\n- user-security: {{user-registry: people, {properties}}}\n");
        setup("http://127.0.0.1:1/").load(&document(&step)).findings()
    };
    for (properties, expected) in [
        ("extract-identity-method: html-form", "G0307 `html-form` is known but not built yet; let a page"),
        ("extract-identity-method: redirect", "G0307 `redirect` is known"),
        ("user-auth-method: ldap", "G0307 `ldap` is known but not built yet; put an HTTP service"),
        ("user-az-method: html-form", "G0307 `html-form` is known but not built yet; let the authorization server"),
        ("extract-identity-method: context-var", "G0308 `context-var` needs the property `user-context-var`"),
        ("user-auth-method: auth-url", "G0308 nothing says who is asked: `auth-url` is missing"),
        ("user-auth-method: auth-url, auth-url: 'ldap://a.test/'", "is an LDAP server"),
        ("auth-response-headers-pattern: '('", "G0308 `auth-response-headers-pattern` is not a regular expression"),
        ("factor-id: 'a b'", "G0308 `factor-id`"),
    ] {
        let found = find(properties);
        assert!(found.iter().any(|line| line.contains(expected)), "{properties}: {found:?}");
    }
    let text = document("execute:\n- user-security: {user-registry: peopel}\n");
    assert!(
        setup("http://127.0.0.1:1/").load(&text).findings()[0]
            .contains("error G0206 the settings have no registry `peopel`")
    );
    assert!(Setup::default().check().load(&text).findings()[0].contains("warning G0206"));
}
