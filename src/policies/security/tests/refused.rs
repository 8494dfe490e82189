//! Schemes that cannot be enforced: said by `check`, refused where they would be served, open only under `gantry dev`.

use super::*;
use crate::settings::LocalService;
use crate::value::Secret;

fn in_development(live: &mut Live) {
    live.aws.local = Some(LocalService {
        endpoint: "http://127.0.0.1:1".to_owned(),
        region: "eu-west-1".to_owned(),
        access_key_id: "local".to_owned(),
        secret_access_key: Secret::new("local-secret"),
        functions: crate::settings::FunctionNames::default(),
    });
}

#[tokio::test]
async fn what_the_settings_must_supply_is_refused_where_it_is_served() {
    for (scheme, expected) in [
        (
            "{type: http, scheme: basic, x-ibm-authentication-registry: staff}",
            "G0206 the settings have no registry `staff`",
        ),
        ("{type: oauth2, x-ibm-oauth-provider: native}", "G0206 the settings have no OAuth provider `native`"),
        (
            "{type: http, scheme: basic}",
            "G0208 the security scheme `it` cannot be enforced: nothing says who knows names and passwords",
        ),
        (
            "{type: oauth2, x-tokenIntrospect: {url: ''}}",
            "G0208 the security scheme `it` cannot be enforced: nothing says how its tokens are checked",
        ),
        (
            "{type: http, scheme: bearer}",
            "G0208 the security scheme `it` cannot be enforced: nothing says how its tokens are checked",
        ),
        (
            "{type: http, scheme: bearer, x-ibm-bearer-validation-method: udp}",
            "its tokens are checked by `udp`, which Gantry does not have",
        ),
        ("{type: http, scheme: digest}", "Gantry checks no scheme of the type `http`"),
        ("{type: mutualTLS}", "the listener asks clients for no certificate"),
        ("{type: apiKey, in: cookie, name: id}", "Gantry checks no scheme of the type `apikey`"),
        ("{type: openIdConnect}", "its `openIdConnectUrl` is missing"),
    ] {
        let text = document(&format!("it: {scheme}"), "[{it: []}]");
        let served = Setup::default().load(&text).findings();
        assert!(
            served.len() == 1 && served[0].contains(": error ") && served[0].contains(expected),
            "{scheme}: {served:?}"
        );
        assert!(served[0].starts_with("api.yaml:4:13: "), "{served:?}");
        let checked = Setup::default().check().load(&text).findings();
        assert!(checked.len() == 1 && checked[0].contains(": warning "), "{scheme}: {checked:?}");
        let desk = setup(in_development).load(&text);
        assert!(desk.findings()[0].contains(": HERE EVERYBODY MAY CALL"), "{scheme}: {:?}", desk.findings());
        assert_eq!(warnings_only(desk).ask(get()).await.status, 200, "{scheme}");
    }
}

#[test]
fn addresses_that_cannot_be_asked_are_errors_everywhere() {
    for (scheme, expected) in [
        (
            "{type: http, scheme: basic, x-ibm-authentication-url: {url: 'ldaps://dir.example/dc=x'}}",
            "is an LDAP server, which Gantry does not ask",
        ),
        ("{type: http, scheme: basic, x-ibm-authentication-url: {url: '/auth'}}", "is not a URL that starts with"),
        (
            "{type: oauth2, x-tokenIntrospect: {url: 'https://$(request.headers.host)/'}}",
            "is not a URL that starts with",
        ),
        ("{type: openIdConnect, openIdConnectUrl: 'ftp://id.example/'}", "is not a URL that starts with"),
    ] {
        let found = Setup::default().check().load(&document(&format!("it: {scheme}"), "[{it: []}]")).findings();
        assert!(found.len() == 1 && found[0].contains(": error G0701 ") || found[0].contains(": error "), "{found:?}");
        assert!(found[0].contains(expected), "{found:?}");
    }
    let plain = "it: {type: http, scheme: basic, x-ibm-authentication-url: {url: 'http://auth.example/'}}";
    let found = Setup::default().load(&document(plain, "[{it: []}]")).findings();
    assert!(found.len() == 1 && found[0].contains("warning G0607 "), "{found:?}");
    let profile = "it: {type: http, scheme: basic, x-ibm-authentication-url: {url: 'https://auth.example/', tls-profile: inside}}";
    let found = Setup::default().load(&document(profile, "[{it: []}]")).findings();
    assert!(
        found.len() == 1 && found[0].contains("error G0206 the settings have no TLS profile `inside`"),
        "{found:?}"
    );
}

#[test]
fn a_scheme_is_told_of_once() {
    let text = document("it: {type: oauth2}", "[{it: []}]")
        .replace("paths:\n", "paths:\n  /more: {get: {security: [{it: [a]}], responses: {}}}\n");
    assert_eq!(Setup::default().load(&text).findings().len(), 1);
    // A scheme that no operation asks for is not checked.
    let found = Setup::default().load(&document("it: {type: oauth2}", "[]")).findings();
    assert!(found.iter().all(|line| line.contains("nothing sets the variable `oauth`")), "{found:?}");
}
