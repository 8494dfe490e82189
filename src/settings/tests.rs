use std::collections::HashMap;

use super::{Settings, read};
use crate::base::{Findings, Sources, render_short};
use crate::source::Environment;

#[derive(Default)]
struct Fixed(HashMap<&'static str, &'static str>);

impl Environment for Fixed {
    fn variable(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| (*value).to_owned())
    }

    fn file(&self, path: &str) -> Result<String, String> {
        Err(format!("{path} is not there"))
    }
}

fn settings(text: &str, variables: &[(&'static str, &'static str)]) -> (Option<Settings>, Vec<String>) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let environment = Fixed(variables.iter().copied().collect());
    let settings = read(Some(file.path()), &environment, &mut sources, &mut findings);
    let name = file.path().display().to_string();
    let lines =
        findings.iter().map(|finding| render_short(finding, &sources).replace(&name, "settings.yaml")).collect();
    (settings.ok(), lines)
}

#[test]
fn an_empty_file_is_the_defaults() {
    let (settings, findings) = settings("", &[]);
    assert_eq!(findings, [""; 0]);
    let (startup, live) = settings.unwrap().split();
    assert_eq!(startup.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(live.requests.body_bytes, 4 * 1024 * 1024);
}

#[test]
fn variables_win_over_the_file() {
    let variables = [
        ("GANTRY_AWS_REGION", "eu-west-1"),
        ("GANTRY_SERVER_LIMITS_URI_BYTES", "100"),
        ("GANTRY_LOG_ACCESS", "false"),
        ("GANTRY_REQUESTS_TIMEOUT", "5s"),
    ];
    let (settings, findings) = settings("aws: {region: us-east-1, use-fips: true}\n", &variables);
    assert_eq!(findings, [""; 0]);
    let settings = settings.unwrap();
    assert_eq!((settings.live.aws.region.as_deref(), settings.live.aws.use_fips), (Some("eu-west-1"), true));
    assert_eq!((settings.server.limits.uri_bytes, settings.log.access), (100, false));
    assert_eq!(settings.live.requests.timeout.0.as_secs(), 5);
}

#[test]
fn a_mistake_in_a_variable_names_it_and_not_its_value() {
    let (settings, findings) = settings("", &[("GANTRY_SERVER_LIMITS_HEADERS", "s3cret")]);
    assert!(settings.is_none());
    assert_eq!(findings, ["$GANTRY_SERVER_LIMITS_HEADERS:1:1: error G0304 `headers` is text, expected a whole number"]);
}

#[test]
fn mistakes_in_the_file_are_found_at_their_places() {
    let text = "server: {listne: x}\nlog: {format: xml}\ncredentials:\n  a: {aws-access-key-id: AKIA}\n";
    let (_, findings) = settings(text, &[]);
    assert_eq!(
        findings,
        [
            "settings.yaml:1:10: error G0303 `server` has no property `listne`; did you mean `listen`?",
            "settings.yaml:2:15: error G0304 `format` is `xml`, expected `text` or `json`",
        ]
    );
    let (_, findings) = settings_of_halves();
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(findings[0].starts_with("settings.yaml:2:3: error G0605"), "{findings:?}");
    assert!(findings[1].starts_with("settings.yaml:3:20: error G0801"), "{findings:?}");
}

fn settings_of_halves() -> (Option<Settings>, Vec<String>) {
    settings("credentials:\n  a: {aws-access-key-id: AKIA}\naws: {credentials: b}\n", &[])
}

#[test]
fn traces_are_off_until_a_collector_is_named_and_show_no_value_from_outside() {
    let (found, findings) = settings("", &[]);
    let (startup, _) = found.unwrap().split();
    assert_eq!((findings.len(), startup.traces.endpoint, startup.traces.follow), (0, None, false));
    let variables = [("GANTRY_TRACES_ENDPOINT", "http://collector:4318/v1/traces"), ("GANTRY_TRACES_SAMPLE", "0.5%")];
    let text =
        "traces: {headers: {Authorization: Bearer x}, tls-profile: inner}\ntls-profiles: {inner: {ca: ca.pem}}\n";
    let (found, findings) = settings(text, &variables);
    assert_eq!(findings, [""; 0]);
    let (startup, _) = found.unwrap().split();
    assert_eq!((startup.traces.sample.millionths(), startup.collector.ca.as_deref()), (5_000, Some("ca.pem")));
    let variables = [("KEY", "s3cret\nline")];
    let text = "traces:\n  endpoint: collector:4318\n  headers: {x-key: '${KEY}'}\n  tls-profile: none\n";
    let (_, findings) = settings(text, &variables);
    let without_help: Vec<_> = findings.iter().filter_map(|line| line.split("; ").next()).collect();
    assert_eq!(
        without_help,
        [
            "settings.yaml:2:13: error G0801 `endpoint` of `traces` is not a URL that can be called",
            "settings.yaml:3:12: error G0801 the header `x-key` under `traces` cannot be sent",
            "settings.yaml:4:16: error G0801 there is no TLS profile `none` under `tls-profiles`",
        ]
    );
    assert!(!findings.concat().contains("s3cret"), "{findings:?}");
    assert!(settings("traces: {sample: 200%}\n", &[]).1[0].contains("a share such as"));
}

#[test]
fn a_list_and_a_missing_variable_are_refused() {
    assert!(settings("- a\n", &[]).1[0].contains("error G0801"));
    assert!(settings("aws: {region: '${NOWHERE}'}\n", &[]).1[0].contains("error G0009"));
}

#[test]
fn a_level_that_is_none_is_found_at_its_place_and_shown_only_where_the_file_has_it() {
    let (_, findings) = settings("log:\n  level: gantry=vebug\n", &[]);
    assert_eq!(findings, ["settings.yaml:2:10: error G0801 `vebug` is no level of the log; did you mean `debug`?"]);
    let (_, findings) = settings("log: {level: '${SECRET}'}\n", &[("SECRET", "canary")]);
    assert!(findings.len() == 1 && findings[0].contains("`***` is no level of the log"), "{findings:?}");
    assert!(!findings[0].contains("canary"), "{findings:?}");
}

#[test]
fn an_upstream_that_cannot_be_used_is_found_at_its_places() {
    let found = |upstream: &str| {
        let (_, findings) = settings(&format!("upstreams:\n  orders: {upstream}\n"), &[]);
        let first = findings.first().cloned().unwrap_or_default();
        let first = first.split("; ").next().unwrap_or_default().to_owned();
        first.replace("settings.yaml:2:", "").replace("error G0801 the upstream `orders` cannot be used: ", "")
    };
    for (upstream, finding) in [
        ("{targets: [{url: 'http://h'}]}", ""),
        ("{targets: [{url: 'http://h:80/'}, {url: 'https://h'}]}", ""),
        ("{targets: [{url: 'http://h'}, {url: 'http://h'}]}", "47: this target is there twice"),
        ("{targets: [{url: 'http://h', weight: 0}]}", "21: every weight is 0, so nothing could be called"),
        ("{targets: [{url: 'ftp://h'}]}", "28: this is not the URL of a server"),
        ("{targets: [{url: 'h:80'}]}", "28: this is not the URL of a server"),
        ("{targets: [{url: 'http://u:p@h'}]}", "28: this is not the URL of a server"),
        ("{targets: [{url: 'http://h:0'}]}", "28: this is not the URL of a server"),
        ("{targets: [{url: 'http://h?x'}]}", "28: this is not the URL of a server"),
        (
            "{targets: [{url: 'http://h'}], tls-profile: x}",
            "55: error G0801 there is no TLS profile `x` under `tls-profiles`",
        ),
        ("{targets: [{url: 'http://h'}], connection-lifetime: 0}", "63: no connection can be used for no time"),
        ("{targets: [{url: 'http://h'}], eject: {for: 9m}}", "49: `for` is zero, or more than `longest`"),
        ("{targets: [{url: 'http://h'}], check: {path: '/a b'}}", "56: this is not a path"),
        ("{targets: [{url: 'http://h'}], retries: {per-try-timeout: 0}}", "69: no call can be made in no time"),
    ] {
        assert_eq!(found(upstream), finding, "{upstream}");
    }
    for check in ["every: 99ms", "timeout: 0", "every: 1s, timeout: 2s"] {
        let found = found(&format!("{{targets: [{{url: 'http://h'}}], check: {{path: /, {check}}}}}"));
        assert!(found.starts_with("49: `every` is less than 100 ms"), "{check} {found}");
    }
    let (_, findings) = settings("upstreams:\n  Orders_1: {targets: [{url: 'http://h'}]}\n", &[]);
    assert!(findings[0].starts_with("settings.yaml:2:3: error G0801"), "{findings:?}");
    let many: Vec<String> = (0..65).map(|port| format!("{{url: 'http://h:{}'}}", port + 1)).collect();
    assert!(found(&format!("{{targets: [{}]}}", many.join(", "))).contains("more than 64"));
}
