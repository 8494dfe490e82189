//! Tests of the choice of a call's function.

use super::refused::{check, loaded};
use super::{Bench, answering_all, lambda, reply};
use crate::test_support::{Ask, Functions};

const DYNAMIC: &str = "function: $(request.parameters.id), allowed-functions: [orders-*, price]";

/// The paths that were called, without what they have in common.
fn called(bench: &Bench) -> Vec<String> {
    let short = |target: &str| target.trim_start_matches("/2015-03-31/functions/").replace("/invocations", "");
    bench.service.requests().iter().map(|seen| short(&seen.target)).collect()
}

#[tokio::test]
async fn a9_the_request_names_one_of_the_functions_that_it_may() {
    let bench = Bench::answering(&lambda(DYNAMIC), |_| reply(200, &[], "1"));
    for name in ["orders-a", "orders-", "price", "orders-1_2-x"] {
        assert_eq!(bench.gateway.ask(Ask::post(&format!("/example/{name}"), "{}")).await.short(), (200, "1"));
    }
    assert_eq!(called(&bench), ["orders-a", "orders-", "price", "orders-1_2-x"]);
}

#[tokio::test]
async fn a9_any_other_name_is_404_and_never_reaches_the_service() {
    let bench = Bench::answering(&lambda(DYNAMIC), |_| reply(200, &[], "1"));
    let long = format!("orders-{}", "x".repeat(58));
    for name in [
        "order",
        "prices",
        "xprice",
        "orders-a:prod",
        "orders-a%2F..%2Fprice",
        "orders-..",
        "orders-%0A",
        "price%0A",
        "orders-%20",
        "orders-%C3%BC",
        "arn:aws:lambda:eu-west-1:123456789012:function:price",
        &long,
    ] {
        let answer = bench.gateway.ask(Ask::get(&format!("/example/{name}"))).await;
        assert_eq!((answer.status, answer.fault_name()), (404, Some("PropertyError")), "{name}");
        assert_eq!(answer.json()["moreInformation"], "the request names a function that may not be called");
    }
    assert_eq!(bench.service.requests().len(), 0);
    let text = format!("{}{}", lambda(DYNAMIC), answering_all("$(error.name) $(error.function)"));
    let answer = Bench::answering(&text, |_| reply(200, &[], "1")).gateway.get().await;
    assert_eq!(answer.short(), (200, "PropertyError 7"));
}

#[tokio::test]
async fn only_the_name_comes_at_run_time_and_the_rest_stays() {
    const ARN: &str = "arn:aws:lambda:eu-central-1:123456789012:function";
    for (function, qualifier, path) in [
        ("orders-$(request.parameters.id)".to_owned(), "", "orders-7".to_owned()),
        ("orders-$(request.parameters.id)-v2:prod".to_owned(), "", "orders-7-v2%3Aprod".to_owned()),
        ("$(request.parameters.id)".to_owned(), ", qualifier: prod", "7?Qualifier=prod".to_owned()),
        ("123456789012:function:x$(request.parameters.id)".to_owned(), "", "123456789012%3Afunction%3Ax7".to_owned()),
        (format!("{ARN}:$(request.parameters.id):3"), "", format!("{}%3A7%3A3", ARN.replace(':', "%3A"))),
    ] {
        let properties = format!("function: '{function}'{qualifier}, allowed-functions: ['*7*']");
        let bench = Bench::answering(&lambda(&properties), |_| reply(200, &[], "1"));
        assert_eq!(bench.gateway.get().await.status, 200, "{function}");
        assert_eq!(called(&bench), [path], "{function}");
        let region = if function.starts_with("arn") { "/eu-central-1/" } else { "/eu-west-1/" };
        assert!(bench.seen().header("authorization").unwrap().contains(region), "an ARN says the region");
    }
}

#[tokio::test]
async fn the_embedded_service_is_called_by_the_bare_name() {
    let code = "def handler(event, context):\n    return context.function_name\n";
    let Some(functions) = Functions::start(&[("orders-7.py", code)]).await else { return };
    let arn = "arn:aws:lambda:eu-central-1:999999999999:function:orders-$(request.parameters.id)";
    let text = lambda(&format!("function: '{arn}', allowed-functions: [orders-*]"));
    let gateway = functions.setup().assembly(&text).serve_cleanly();
    assert_eq!(gateway.get().await.short(), (200, "\"orders-7\""));
    let other = gateway.ask(Ask::get("/example/8")).await;
    assert_eq!(other.fault_name(), Some("LambdaServiceError"), "allowed, and not there");
}

#[test]
fn names_and_patterns_are_checked_at_load() {
    let dynamic = |function: &str, patterns: &str| {
        loaded(&format!("function: '{function}', allowed-functions: [{patterns}]")).findings()
    };
    for (pattern, expected) in [
        ("'*'", "`*` allows every function that the credentials may call; name the functions, such as `orders-*`"),
        ("'**'", "`**` allows every function that the credentials may call; name the functions, such as `orders-*`"),
        (
            "a b",
            "`a b` is no pattern for the name of a function; \
             a pattern is a bare name in which `*` may stand for a part, such as `orders-*`",
        ),
        (
            "'f:*'",
            "`f:*` is no pattern for the name of a function; \
             a pattern is a bare name in which `*` may stand for a part, such as `orders-*`",
        ),
    ] {
        let findings = dynamic("$(request.parameters.id)", &format!("price, {pattern}"));
        assert_eq!(findings, [format!("api.yaml:6:81: error G0601 {expected}")]);
    }
    assert_eq!(
        dynamic("$(request.parameters.id)", ""),
        ["api.yaml:6:73: error G0601 `allowed-functions` is empty, so nothing could be called"]
    );
    let elsewhere = "only the name of the function may come at run time; \
                     write account, region and qualifier as they are, or take them from properties of the API";
    for function in
        ["f:$(request.parameters.id)", "$(request.parameters.id):function:f", "$(message.body):$(request.path)"]
    {
        let findings = dynamic(function, "'f*'");
        assert_eq!(findings.len(), 1, "{function}: {findings:?}");
        assert!(findings[0].starts_with("api.yaml:6:26: error G0601 "), "{function}: {findings:?}");
    }
    assert_eq!(dynamic("f:$(request.parameters.id)", "'f*'"), [format!("api.yaml:6:26: error G0601 {elsewhere}")]);
    assert_eq!(
        dynamic("price", "'orders-*'"),
        ["api.yaml:6:26: error G0601 no pattern of `allowed-functions` matches `price`"]
    );
    assert_eq!(dynamic("orders-1", "'orders-*'"), [""; 0]);
}

#[tokio::test]
async fn each_call_picks_one_of_the_weighted_versions_and_says_which() {
    let text = "
execute:
  - lambda: {function: f, qualifier: {stable: 1, canary: 1, 7: 0}, output: answer}
  - set-variable: {actions: [{set: message.body, value: $(answer.attributes.lambda.qualifier)}]}";
    let bench = Bench::answering(text, |_| reply(200, &[], "1"));
    let mut said = Vec::new();
    // A hundred coins do not all fall on the same side.
    for _ in 0..100 {
        said.push(bench.gateway.get().await.text().to_owned());
    }
    let expected: Vec<_> = said.iter().map(|qualifier| format!("f?Qualifier={qualifier}")).collect();
    assert_eq!(called(&bench), expected);
    assert!(["stable", "canary"].iter().all(|name| said.iter().any(|one| one == name)), "{said:?}");
    assert!(!said.iter().any(|name| name == "7"), "it weighs nothing");
}

#[tokio::test]
async fn the_version_of_a_call_that_failed_is_a_fact_of_its_fault() {
    let step = lambda("function: f, qualifier: {canary: 1}");
    let text =
        format!("{step}{}", answering_all("$(error.function) $(error.qualifier) $(error.version) $(error.requestId)"));
    let bench = Bench::answering(&text, |_| {
        let headers =
            [("x-amz-function-error", "Unhandled"), ("x-amz-executed-version", "12"), ("x-amzn-requestid", "id")];
        reply(200, &headers, "{}")
    });
    assert_eq!(bench.gateway.get().await.text(), "f canary 12 id");
}

#[test]
fn weights_are_checked_at_load() {
    check(&[
        ("qualifier: {}", "6:27: error G0304 `qualifier` is a map, expected text or a map"),
        ("qualifier: {a: 0, b: 0}", "6:27: error G0308 every weight is 0, so nothing could be picked"),
        ("qualifier: {a: -1}", "6:31: error G0304 `a` is `-1`, expected at least 0"),
        ("qualifier: {a: 1.5}", "6:31: error G0304 `a` is a number, expected a whole number"),
        (
            "qualifier: {good: 1, 'a b': 1}",
            "6:37: error G0601 ' ' cannot stand in a qualifier; a qualifier is a version number, an alias of letters, \
             digits, hyphens and underscores, or `$LATEST`",
        ),
    ]);
    assert_eq!(
        loaded("function: 'f:prod', qualifier: {prod: 1}").findings(),
        ["api.yaml:6:47: error G0602 the function ends in `:prod`, but `qualifier` is several versions; \
          remove one of the two"]
    );
}
