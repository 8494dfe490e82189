//! Tests of properties that are accepted or refused at load, with the line that is printed.

use super::loaded;
use crate::test_support::{Setup, assembly};

/// How the remedy for an open host ends.
const LIST: &str = "; or name the hosts in `allowed-hosts` under `x-assembly`";

/// The only finding of an `invoke` with these properties in front of a good URL.
fn finding(properties: &str) -> String {
    let findings = loaded(&format!("{properties}, target-url: 'http://h'")).findings();
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings[0].clone()
}

/// The only finding of a target URL, which is at line 6, column 28.
fn finding_of_url(url: &str) -> String {
    let findings = loaded(&format!("target-url: '{url}'")).findings();
    let findings: Vec<_> = findings.iter().filter(|finding| !finding.contains("G0402")).collect();
    assert_eq!(findings.len(), 1, "{url} {findings:?}");
    findings[0].clone()
}

#[test]
fn a_host_that_only_run_time_knows_is_refused() {
    let known = "start with `https://host`, or with a `$(property)` of the API that holds it";
    for url in ["$(request.parameters.id)/x", "$(request.headers.x-target)", "$(target)/x"] {
        let expected =
            format!("api.yaml:6:28: error G0702 the host of this URL is only known at run time; {known}{LIST}");
        assert_eq!(finding_of_url(url), expected);
    }
    for url in [
        "http://{id}.example.com/",
        "http://$(request.headers.host)/x",
        "https://$(request.parameters.id).example.com/",
    ] {
        let message = "the target URL has no host that is known at load";
        assert_eq!(finding_of_url(url), format!("api.yaml:6:28: error G0702 {message}; {known}{LIST}"));
    }
    for (url, host) in [
        ("http://api.$(request.parameters.id).example.com/", "api."),
        ("http://h:$(request.parameters.id)/", "h:"),
        ("http://h$(request.headers.x)", "h"),
        ("http://h$(request.parameters.id)/x", "h"),
    ] {
        let message = "what follows could change the host of this URL";
        assert_eq!(
            finding_of_url(url),
            format!("api.yaml:6:28: error G0702 {message}; write `/` behind `{host}`{LIST}")
        );
    }
}

#[test]
fn a_property_that_a_step_sets_no_longer_fixes_the_host() {
    let text = "
properties: {target-url: 'http://h'}
execute:
  - set-variable: {actions: [{set: target-url, value: $(request.headers.x)}]}
  - invoke: {target-url: $(target-url)/x}";
    assert_eq!(
        assembly(text).findings(),
        [format!(
            "api.yaml:8:28: error G0702 the host of this URL is only known at run time; \
             start with `https://host`, or with a `$(property)` of the API that holds it{LIST}"
        )]
    );
}

#[test]
fn what_is_no_url_is_refused() {
    let start = "the target URL does not start with `https://` or `http://`";
    for (url, expected) in [
        ("ftp://h/", start),
        ("h/path", start),
        ("/path$(request.path)", start),
        ("", start),
        ("http:///x", "the target URL has no host that is known at load"),
        (
            "http://user:pass@h/",
            "a target URL holds no user name and password; write them as `username` and `password`",
        ),
        ("http://a b/", "`a b` is not a host"),
        ("http://h:99999/x", "`h:99999` is not a host"),
        ("http://h:$(request.path)", "`h:` is not a host"),
        ("http://h/a b", "this is not a URL: invalid uri character"),
        (
            "http://h/a b/$(request.parameters.id)",
            "the text of this URL has characters that no URL can carry; write a space as `%20`",
        ),
    ] {
        assert_eq!(finding_of_url(url), format!("api.yaml:6:28: error G0701 {expected}"));
    }
    assert_eq!(loaded("verb: GET").findings(), ["api.yaml:6:16: error G0305 `invoke` needs the property `target-url`"]);
}

#[test]
fn hosts_may_be_addresses_with_ports() {
    for url in ["http://[::1]/x", "http://[::1]:8080/$(request.parameters.id)", "https://10.0.0.1:443$(request.path)"] {
        assert_eq!(loaded(&format!("target-url: '{url}'")).findings(), [""; 0], "{url}");
    }
}

#[test]
fn a_value_of_the_environment_is_not_printed() {
    let text = "execute:\n  - invoke: {target-url: '${URL}', verb: '${VERB}'}";
    let setup = Setup::default().env("URL", "http://canary host/x").env("VERB", "CANARY");
    let findings = setup.assembly(text).findings();
    assert_eq!(
        findings,
        [
            "api.yaml:6:28: error G0701 `***` is not a host",
            "api.yaml:6:44: error G0308 Invalid verb: `***`; \
             write `keep` or `GET`, `POST`, `PUT`, `DELETE`, `PATCH`, `HEAD`, `OPTIONS` or `TRACE`",
        ]
    );
    let missing = Setup::default().env("VERB", "GET").assembly(text).findings();
    assert_eq!(
        missing,
        [
            "api.yaml:6:29: error G0009 the environment variable `URL` is not set; set it, write a default as in `${NAME:-default}`, or `$${` for the characters themselves"
        ]
    );
}

#[test]
fn verbs_times_and_names_of_faults_are_checked() {
    for (properties, expected) in [
        (
            "verb: FETCH",
            "6:22: error G0308 Invalid verb: `FETCH`; \
             write `keep` or `GET`, `POST`, `PUT`, `DELETE`, `PATCH`, `HEAD`, `OPTIONS` or `TRACE`",
        ),
        ("timeout: 0", "6:25: error G0308 `timeout` is not from 1 to 86400 seconds"),
        ("timeout: 86401", "6:25: error G0308 `timeout` is not from 1 to 86400 seconds"),
        ("timeout: soon", "6:25: error G0304 `timeout` is `soon`, expected a time such as `30`, `30s` or `500ms`"),
        (
            "stop-on-error: [ConectionError]",
            "6:32: error G0308 `invoke` raises no `ConectionError`; did you mean `ConnectionError`?",
        ),
        (
            "stop-on-error: [Mine]",
            "6:32: error G0308 `invoke` raises no `Mine`; write `ConnectionError`, `OperationError` or `SOAPError`",
        ),
        (
            "output: request",
            "6:24: error G0403 `request` cannot be set; set a variable of your own, or one below `message`",
        ),
        (
            "header-control: {type: denylist}",
            "6:39: error G0304 `type` is `denylist`, expected `allowlist`, `blocklist`, `whitelist` or `blacklist`",
        ),
        (
            "header-control: {type: blocklist, values: [ok, '(?=x)']}",
            "6:63: error G0308 this pattern cannot be used: look-around, including look-ahead and look-behind, is not \
             supported; look-around is supported directly behind `^`; elsewhere it, back references, atomic groups and \
             possessive quantifiers are not: they can take exponential time",
        ),
        (
            "target_url: 'http://x'",
            "6:40: error G0306 `target-url` and `target-url` are the same property (already set here: api.yaml:6:16); remove one of the two; `target-url` is the canonical spelling",
        ),
        ("targeturl: x", "6:16: error G0303 `invoke` has no property `targeturl`; did you mean `target-url`?"),
    ] {
        assert_eq!(finding(properties), format!("api.yaml:{expected}"));
    }
}

#[test]
fn tls_profiles_come_from_the_settings() {
    let text = "execute:\n  - invoke: {target-url: 'https://h', tls-profile: 'inner:1.0.0'}";
    let (what, help) = (
        "the settings have no TLS profile `inner:1.0.0`",
        "add `inner:1.0.0` under `tls-profiles` in the settings file",
    );
    assert_eq!(assembly(text).findings(), [format!("api.yaml:6:54: error G0206 {what}; {help}")]);
    let warning = format!("api.yaml:6:54: warning G0206 {what}, which `gantry serve` refuses; {help}");
    assert_eq!(Setup::default().check().assembly(text).findings(), [warning]);
    let known = Setup::default().settings(|settings| {
        settings.tls_profiles.insert("inner".to_owned(), crate::settings::TlsProfile::default());
    });
    assert_eq!(known.assembly(text).findings(), [""; 0]);
}

#[test]
fn what_editors_write_by_default_is_accepted() {
    let text = "
execute:
  - invoke:
      title: invoke
      version: 2.0.0
      description: ''
      target-url: http://h
      backend-type: detect
      header-control: {type: blocklist, values: []}
      parameter-control: {type: allowlist, values: []}
      http-version: HTTP/1.1
      timeout: 60
      verb: keep
      chunked-uploads: true
      persistent-connection: true
      cache-response: protocol
      cache-ttl: 900
      cache-key: ''
      compression: false
      follow-redirects: false
      stop-on-error: []
      tls-profile: ''
      websocket-upgrade: false
      graphql-send-type: detect
      http2-required: false
      username: ''
      password: ''
      inject-proxy-headers: false
      decode-request-params: false
      encode-plus-char: false
      keep-payload: false
      use-http-10: false";
    assert_eq!(assembly(text).findings(), [""; 0]);
}

#[test]
fn what_is_not_built_is_refused_by_name() {
    for property in ["graphql-send-type: json", "websocket-upgrade: true", "secure-gateway: true"] {
        let name = property.split(':').next().unwrap();
        let expected =
            format!("api.yaml:6:16: error G0307 the property `{name}` of `invoke` is known but not built yet");
        assert_eq!(finding(property), expected);
    }
}

#[test]
fn values_that_contradict_each_other_are_refused() {
    for (properties, expected) in [
        ("backend-type: graphql", "6:30: error G0307 the value `graphql` of `backend-type` is known but not built yet"),
        (
            "http2-required: true",
            "6:32: error G0308 `http2-required` asks for HTTP/2, and `http-version` for another version; \
             write `http-version: HTTP/2`",
        ),
        (
            "username: me",
            "6:26: error G0308 `username` needs `password` beside it; add `password`, or remove `username`",
        ),
        ("username: 'a:b', password: $(x)", "6:26: error G0308 a user name for Basic authentication has no colon"),
    ] {
        let findings = loaded(&format!("{properties}, target-url: 'http://localhost'")).findings();
        assert!(findings.contains(&format!("api.yaml:{expected}")), "{findings:?}");
    }
}

#[test]
fn what_says_nothing_about_the_cache_is_explained() {
    let range = "error G0308 `cache-ttl` is not from 5 to 31708800 seconds";
    let put = "warning G0308 answers to `POST` and `PUT` are only kept for a time to live, so this does nothing; \
               write `cache-response: time-to-live`, or remove it";
    for (properties, expected) in [
        ("cache-response: time-to-live, cache-ttl: 4", format!("6:57: {range}")),
        ("cache-response: time-to-live, cache-ttl: 31708801", format!("6:57: {range}")),
        ("cache-putpost-response: true", format!("6:40: {put}")),
        ("cache-response: no-cache, cache-putpost-response: true", format!("6:66: {put}")),
    ] {
        assert_eq!(finding(properties), format!("api.yaml:{expected}"));
    }
    for properties in [
        "cache-response: protocol, cache-ttl: 1",
        "cache-response: protocol, cache-ttl: ''",
        "cache-response: time-to-live, cache-ttl: '900', cache-putpost-response: true",
        "cache-response: time-to-live, cache-ttl: 31708800, cache-key: ''",
    ] {
        assert_eq!(loaded(&format!("{properties}, target-url: 'http://h'")).findings(), [""; 0], "{properties}");
    }
    let unknown = finding("cache-response: forever");
    assert_eq!(
        unknown,
        "api.yaml:6:32: error G0304 `cache-response` is `forever`, expected `protocol`, `no-cache` or `time-to-live`"
    );
}

#[test]
fn versions_of_http_are_written_in_several_ways() {
    for version in ["HTTP/1.0", "HTTP/1.1", "HTTP/2", "1.1", "'2.0'", "2"] {
        assert_eq!(
            loaded(&format!("http-version: {version}, target-url: 'http://h'")).findings(),
            [""; 0],
            "{version}"
        );
    }
}

#[test]
fn secrets_are_not_written_into_documents_nor_sent_in_the_clear() {
    let literal = "this secret is written into the document; \
                   write `${NAME}`, `${file:/run/secrets/…}` or `$(property)`";
    let findings = loaded("username: me, password: canary, target-url: 'https://h'").findings();
    assert_eq!(findings, [format!("api.yaml:6:40: warning G0606 {literal}")]);
    let findings = loaded("api-key: canary, target-url: 'https://h'").findings();
    assert_eq!(findings, [format!("api.yaml:6:25: warning G0606 {literal}")]);
    let text = "
properties: {key: {value: canary}}
execute:
  - invoke: {target-url: 'http://h/x', api-key: $(key), username: a, password: '${PASSWORD}'}";
    let findings = Setup::default().env("PASSWORD", "p$(x)").assembly(text).findings();
    let expected = "the credentials of this call would travel over plain http; write `https://`";
    assert_eq!(findings, [format!("api.yaml:7:28: warning G0607 {expected}")]);
}
