//! Tests of steps that are refused or warned about at load, with the line that is printed.

use super::lambda;
use crate::aws::endpoint::region_from_environment;
use crate::test_support::{Loaded, Setup};

const ROLE: &str = "arn:aws:iam::123456789012:role/r";

/// A region and nothing else.
pub(super) fn setup() -> Setup {
    Setup::default().settings(|settings| settings.aws.region = Some("eu-west-1".to_owned()))
}

pub(super) fn loaded(properties: &str) -> Loaded {
    setup().assembly(&lambda(properties))
}

/// Each of these properties, put before `function: f`, gives this one finding. The first property starts at 6:16.
pub(super) fn check(cases: &[(&str, &str)]) {
    for (properties, expected) in cases {
        let findings = loaded(&format!("{properties}, function: f")).findings();
        assert_eq!(findings, [format!("api.yaml:{expected}")], "{properties}");
    }
}

#[test]
fn a2_functions_that_are_none_are_refused() {
    for (function, expected) in [
        (
            "",
            "the function's name is empty; write a name such as `orders`, `orders:prod`, `123456789012:function:orders` or a full ARN",
        ),
        ("two words", "' ' cannot stand in a function's name; remove the white space"),
        ("https://x/y", "there is too much"),
        ("a/b", "'/' cannot stand in a function's name; write the function's name only, without a path or a URL"),
        ("orders:", "the qualifier is empty; write a version or an alias after the colon, or remove the colon"),
        (
            "arn:aws:lambda:eu-west-1:123456789012:layer:orders",
            "this ARN names a \"layer\", not a \"function\"; an ARN of a function ends in `:function:NAME` or `:function:NAME:QUALIFIER`",
        ),
        (
            "arn:aws:s3:eu-west-1:123456789012:function:orders",
            "this ARN belongs to the service \"s3\", not to \"lambda\"; write the ARN of a Lambda function: `arn:aws:lambda:REGION:ACCOUNT:function:NAME`",
        ),
        (
            "arn:aws:lambda:eu-west-1:1234:function:orders",
            "\"1234\" is not an account of twelve digits; write the account's twelve digits",
        ),
        (
            "arn:aws:lambda:nowhere:123456789012:function:orders",
            "\"nowhere\" is not a region; write a region such as `eu-central-1`",
        ),
    ] {
        let findings = loaded(&format!("function: '{function}'")).findings();
        assert_eq!(findings.len(), 1, "{findings:?}");
        if expected == "there is too much" {
            assert!(findings[0].starts_with("api.yaml:6:26: error G0601 "), "{findings:?}");
        } else {
            assert_eq!(findings, [format!("api.yaml:6:26: error G0601 {expected}")], "{function}");
        }
    }
    let long = "x".repeat(65);
    assert_eq!(
        loaded(&format!("function: {long}")).findings(),
        ["api.yaml:6:26: error G0601 the function's name has 65 characters, more than the 64 allowed; \
          a function's name has at most 64 characters; check for a pasted prefix"]
    );
}

#[test]
fn a_function_is_needed_and_must_be_known_at_load() {
    assert_eq!(
        loaded("region: eu-west-1").findings(),
        ["api.yaml:6:16: error G0305 `lambda` needs the property `function`"]
    );
    assert_eq!(
        loaded("function: $(request.parameters.id)").findings(),
        ["api.yaml:6:26: error G0601 which function runs is only known at run time, so a client could choose it; \
          say which names it may become, as in `allowed-functions: [orders-*]`"]
    );
    let property = "properties: {name: orders, stage: prod}\nexecute:\n  - lambda: {function: '$(name):$(stage)'}";
    assert_eq!(setup().assembly(property).findings(), [""; 0]);
}

#[test]
fn a4_qualifiers_must_agree() {
    assert_eq!(
        loaded("function: 'f:prod', qualifier: test").findings(),
        ["api.yaml:6:47: error G0602 the function ends in `:prod`, but `qualifier` is `test`; remove one of the two"]
    );
    assert_eq!(loaded("function: 'f:prod', qualifier: prod").findings(), [""; 0]);
    check(&[(
        "qualifier: 'a b'",
        "6:27: error G0601 ' ' cannot stand in a qualifier; \
         a qualifier is a version number, an alias of letters, digits, hyphens and underscores, or `$LATEST`",
    )]);
}

#[test]
fn a3_a7_regions_must_agree() {
    let arn = "function: 'arn:aws:lambda:us-east-1:123456789012:function:f'";
    assert_eq!(
        loaded(&format!("{arn}, region: eu-west-1")).findings(),
        ["api.yaml:6:86: error G0603 the ARN says `us-east-1`, but `region` is `eu-west-1`; \
          remove `region`: the ARN's region is used"]
    );
    // The ARN's region wins over the settings'.
    assert_eq!(loaded(arn).findings(), [""; 0]);
    check(&[(
        "endpoint: 'https://vpce-1-2.lambda.us-east-1.vpce.amazonaws.com'",
        "6:26: error G0603 the endpoint is in `us-east-1`, but the call is signed for `eu-west-1`; \
         use the endpoint of the function's region",
    )]);
}

#[test]
fn a_region_has_only_letters_digits_and_hyphens() {
    check(&[(
        "region: 'eu west'",
        "6:24: error G0308 `eu west` is not a region; write a region such as `eu-central-1`",
    )]);
    check(&[("region: ''", "6:24: error G0308 `` is not a region; write a region such as `eu-central-1`")]);
    assert_eq!(loaded("function: f, region: eusc-de-east-1").findings(), [""; 0]);
}

#[test]
fn an_endpoint_of_the_settings_is_not_printed() {
    let setup = setup().settings(|settings| settings.aws.endpoint = Some("canary host".to_owned()));
    assert_eq!(
        setup.assembly(&lambda("function: f")).findings(),
        ["api.yaml:6:7: error G0608 the endpoint of the settings, or of AWS_ENDPOINT_URL_LAMBDA, cannot be used"]
    );
}

#[test]
fn a_region_is_needed() {
    if region_from_environment().is_some() {
        crate::test_support::skipped("AWS_REGION is set, so a missing region cannot be tested");
        return;
    }
    let help = "write `region: eu-west-1` here, or set `aws: {region: …}` in the settings, or AWS_REGION";
    assert_eq!(
        Setup::default().assembly(&lambda("function: f")).findings(),
        [format!("api.yaml:6:26: error G0604 no region is known for this function; {help}")]
    );
    assert_eq!(Setup::default().assembly(&lambda("function: f, region: eu-west-1")).findings(), [""; 0]);
}

#[test]
fn a8_endpoints_are_checked() {
    check(&[
        ("endpoint: 'lambda.test'", "6:26: error G0608 \"lambda.test\" is not an http or https URL with a host"),
        (
            "endpoint: 'https://h/?a=b'",
            "6:26: error G0608 the endpoint URL must not hold a user name, a query or a fragment",
        ),
        (
            "endpoint: 'http://lambda.test'",
            "6:26: warning G0607 the signed call would travel over plain http; write `https://`",
        ),
    ]);
    assert_eq!(loaded("function: f, endpoint: 'http://127.0.0.1:1'").findings(), [""; 0]);
    for fips in [true, false] {
        let setup = setup().settings(|settings| {
            settings.aws.use_fips = fips;
            settings.aws.use_dual_stack = !fips;
        });
        assert_eq!(
            setup.assembly(&lambda("function: f, endpoint: 'https://lambda.test'")).findings(),
            ["api.yaml:6:39: error G0608 an endpoint of one's own is used as it is, \
              so `use-fips` and `use-dual-stack` cannot apply to it"]
        );
        assert_eq!(setup.assembly(&lambda("function: f")).findings(), [""; 0]);
    }
}

#[test]
fn c1_half_a_key_pair_is_refused() {
    check(&[
        (
            "aws-access-key-id: AKID",
            "6:35: error G0605 `aws-access-key-id` needs `aws-secret-access-key` beside it; \
             add `aws-secret-access-key`, or remove `aws-access-key-id`",
        ),
        (
            "aws_secret_access_key: canary",
            "6:39: error G0605 `aws-secret-access-key` needs `aws-access-key-id` beside it; \
             add `aws-access-key-id`, or remove `aws-secret-access-key`",
        ),
        (
            "awsSessionToken: canary",
            "6:33: error G0605 `aws-session-token` needs `aws-access-key-id` and `aws-secret-access-key` beside it; \
             add `aws-access-key-id` and `aws-secret-access-key`, or remove `aws-session-token`",
        ),
    ]);
}

#[test]
fn a_secret_in_the_document_is_a_warning_that_does_not_print_it() {
    let help =
        "write `${NAME}`, `${file:/run/secrets/…}` or `$(property)`, or use a credential profile of the settings";
    check(&[(
        "aws-access-key-id: AKID, aws-secret-access-key: canary",
        &format!("6:64: warning G0606 this secret is written into the document; {help}"),
    )]);
    let good = "aws-access-key-id: AKID, function: f, aws-secret-access-key:";
    let setup = setup().env("S", "canary").env("file:/run/secrets/key", "canary");
    for value in ["'${S}'", "'${file:/run/secrets/key}'"] {
        assert_eq!(setup.assembly(&lambda(&format!("{good} {value}"))).findings(), [""; 0], "{value}");
    }
    let property = format!("properties: {{key: '${{S}}'}}\n{}", lambda(&format!("{good} $(key)")));
    assert_eq!(setup.assembly(&property).findings(), [""; 0]);
}

#[test]
fn no_finding_prints_what_came_from_the_environment() {
    let properties = "function: '${C} x', qualifier: '${C} y', region: '${C}', endpoint: '${C}', invocation-type: '${C}', \
                      aws-access-key-id: '${C}', aws-secret-access-key: '${C}', aws-assume-role-arn: '${C}', \
                      role-session-name: '${C} z', credentials: '${C}', tls-profile: '${C}', timeout: '${C}', \
                      stop-on-error: ['${C}'], output: 'request.${C}', input: '${C}..${C}', nonsense: '${C}', \
                      allowed-functions: ['${C} x'], payload: '${C}', payload-template: '{\"${C}', client-context: '[${C}', \
                      tenant-id: '${C};', durable-execution-name: '${C} x', retry: '${C}', max-concurrency: '${C}', \
                      variables: [{name: 'request.${C}'}], function-error-status: '${C}', log-type: '${C}', \
                      event-context: {stage: '$(${C}'}, client-config: {requestTimeout: '${C}'}";
    let setup = setup().env("C", "canary");
    for from in properties.split(", ") {
        let more = "payload: template, variables: [{name: x, value: '${C} ${C}'}]";
        for text in [
            lambda(properties),
            lambda(&format!("{from}, function: f")),
            lambda(&format!("{more}, {from}, function: f")),
        ] {
            let findings = setup.assembly(&text).findings().join("\n");
            assert!(!findings.contains("canary"), "{findings}");
        }
    }
}

#[test]
fn profiles_are_a_warning_of_check_and_an_error_in_service() {
    let setup = || {
        setup().settings(|settings| {
            settings.credentials.insert("orders".to_owned(), crate::settings::CredentialProfile::default());
        })
    };
    let text = lambda("function: f, credentials: order");
    let line = |severity: &str, refuses: &str| {
        format!(
            "api.yaml:6:42: {severity} G0206 the settings have no credential profile `order`{refuses}; \
             add `order` under `credentials` in the settings file, or did you mean `orders`?"
        )
    };
    assert_eq!(setup().assembly(&text).findings(), [line("error", "")]);
    assert_eq!(setup().check().assembly(&text).findings(), [line("warning", ", which `gantry serve` refuses")]);
    assert_eq!(setup().assembly(&lambda("function: f, credentials: orders")).findings(), [""; 0]);
}

#[test]
fn roles_are_checked() {
    let role = format!("aws-assume-role-arn: '{ROLE}'");
    check(&[(
        "aws-assume-role-arn: 'arn:aws:iam::123456789012:user/u'",
        "6:37: error G0308 this is not the ARN of a role; a role is `arn:aws:iam::123456789012:role/NAME`",
    )]);
    for (property, expected) in [
        ("role-session-name: x", "a session name is 2 to 64 letters, digits and `_+=,.@-`"),
        ("role-session-name: 'a b'", "a session name is 2 to 64 letters, digits and `_+=,.@-`"),
        ("role-duration: 60", "a role's credentials live 900 to 43200 seconds"),
        ("role-duration: 13h", "a role's credentials live 900 to 43200 seconds"),
    ] {
        let findings = loaded(&format!("function: f, {role}, {property}")).findings();
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].ends_with(&format!(" error G0308 {expected}")), "{findings:?}");
    }
    assert_eq!(
        loaded(&format!("function: f, aws_assume_role_arn: '{ROLE}', external_id: x, roleDuration: 1h")).findings(),
        [""; 0]
    );
}

#[test]
fn what_asks_for_nothing_is_accepted() {
    let nothing = "function: f, respond: false, background: false, retry: not-sent, log-type: none";
    assert_eq!(loaded(nothing).findings(), [""; 0]);
}

#[test]
fn mistyped_values_and_names_are_explained() {
    check(&[
        ("timout: 3", "6:16: error G0303 `lambda` has no property `timout`; did you mean `timeout`?"),
        ("timeout: soon", "6:25: error G0304 `timeout` is `soon`, expected a time such as `30`, `30s` or `500ms`"),
        ("timeout: 0", "6:25: error G0308 `timeout` is no time at all, so every call would fail"),
        ("connect-timeout: 0ms", "6:33: error G0308 `connect-timeout` is no time at all, so every call would fail"),
        (
            "invocation-type: async",
            "6:33: error G0304 `invocation-type` is `async`, expected `request-response`, `event` or `dry-run`",
        ),
        (
            "stop-on-error: [LambdaTimoutError]",
            "6:32: error G0308 `lambda` raises no `LambdaTimoutError`; \
             did you mean `LambdaTimeoutError`?",
        ),
        (
            "stop-on-error: [Mine]",
            "6:32: error G0308 `lambda` raises no `Mine`; docs/policies/lambda.md lists the faults",
        ),
        (
            "input: ordre",
            "6:23: warning G0402 nothing sets the variable `ordre`; set `ordre` in a step before this one, or declare it under `properties`",
        ),
    ]);
    let findings = loaded("function: f, function_name: g").findings();
    assert_eq!(
        findings,
        ["api.yaml:6:29: error G0306 `function_name` and `function` are the same property \
          (already set here: api.yaml:6:16); remove one of the two; `function` is the canonical spelling"]
    );
}

#[test]
fn what_cannot_be_kept_is_explained() {
    let event = "an event holds the id and the time of its request, so no two are alike and nothing would be found; \
                 write a `key`, such as `$(request.path)$(request.search)`";
    check(&[
        ("cache: {}", "6:23: error G0305 `cache` needs the property `time-to-live`"),
        ("cache: {time-to-live: 4}", "6:38: error G0308 `time-to-live` is not from 5 to 31708800 seconds"),
        ("cache: {time-to-live: 5s, kye: x}", "6:42: error G0303 `cache` has no property `kye`; did you mean `key`?"),
        (
            "cache: {time-to-live: 5}, invocation-type: event",
            "6:23: error G0308 only `invocation-type: request-response` has an answer that could be kept; \
             remove `cache`",
        ),
        ("cache: {time-to-live: 5}, payload: api-gateway-v2", &format!("6:23: error G0308 {event}")),
    ]);
}

#[test]
fn versions_and_names_of_the_policy() {
    assert_eq!(
        loaded("version: 2.0.0, function: f").findings(),
        ["api.yaml:6:25: error G0205 `lambda` has no version 2.0.0; write `1.0.0`, `1.1.0`, `1.2.0` or `1.3.0`"]
    );
    assert_eq!(
        setup().assembly("execute:\n  - lamdba: {function: f}").findings(),
        ["api.yaml:6:7: error G0301 there is no policy `lamdba`; did you mean `lambda`?"]
    );
}
