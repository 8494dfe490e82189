//! Documents and their decisions, as a table.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::{Value as Json, json};

use super::*;
use crate::value::Value;

const ARN: &str = "arn:aws:execute-api:eu-west-1:123456789012:shop/prod/GET/orders/7";

fn facts() -> Facts<'static> {
    Facts {
        source_ip: IpAddr::V4(Ipv4Addr::new(10, 1, 2, 3)),
        time: 1_700_000_000,
        referer: None,
        user_agent: Some("curl/8"),
        is_secure: true,
    }
}

fn decided(statement: Json) -> Result<Decision, &'static str> {
    let document = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
    let document = Value::parse_json(document.as_bytes()).unwrap();
    decide(document.view(), &Asked { resource: ARN, decoded: ARN, facts: facts() })
}

/// A statement that allows this action at this resource.
fn allow(action: Json, resource: Json) -> Json {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn deny(resource: &str) -> Json {
    json!({"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": resource})
}

use Decision::{Allowed, Denied, NotAllowed};

#[test]
fn actions_and_resources_are_patterns() {
    let any = || json!("*");
    for (action, resource, expected) in [
        (json!("execute-api:Invoke"), json!(ARN), Allowed),
        (json!("EXECUTE-API:invoke"), any(), Allowed),
        (json!("execute-api:*"), json!(["x", "arn:aws:execute-api:*:*:*"]), Allowed),
        (json!(["s3:*", "*"]), json!("arn:aws:execute-api:eu-west-1:123456789012:shop/prod/*/orders/*"), Allowed),
        (any(), json!("arn:aws:execute-api:eu-west-1:123456789012:shop/prod/?ET/orders/?"), Allowed),
        (any(), json!("arn:aws:execute-api:eu-west-1:123456789012:shop/prod/get/orders/7"), NotAllowed),
        (any(), json!("arn:aws:execute-api:eu-west-1:123456789012:shop/prod/GET/orders"), NotAllowed),
        (json!("s3:GetObject"), any(), NotAllowed),
        (any(), json!("arn:aws:execute-api:eu-west-1:123456789012:shop/prod/GET/${aws:username}"), NotAllowed),
    ] {
        assert_eq!(decided(allow(action.clone(), resource.clone())), Ok(expected), "{action} {resource}");
    }
    for (statement, expected) in [
        (json!({"Effect": "Allow", "NotAction": "s3:*", "NotResource": "*/POST/*"}), Allowed),
        (json!({"Effect": "Allow", "NotAction": "execute-api:*", "Resource": "*"}), NotAllowed),
        (json!({"Effect": "Allow", "Action": "*", "NotResource": "*/orders/*"}), NotAllowed),
        (json!([allow(any(), any()), deny("*/orders/*")]), Denied),
        (json!([deny("*/orders/*"), allow(any(), any())]), Denied),
        (json!([allow(any(), any()), deny("*/items/*")]), Allowed),
        (json!([allow(any(), any()), deny("x/${aws:username}")]), Denied),
        (json!([]), NotAllowed),
    ] {
        assert_eq!(decided(statement.clone()), Ok(expected), "{statement}");
    }
}

#[test]
fn conditions_compare_what_is_known_of_the_request() {
    for (condition, holds) in [
        (json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), true),
        (json!({"IpAddress": {"AWS:sourceip": ["192.168.0.0/16", "10.1.2.3"]}}), true),
        (json!({"IpAddress": {"aws:SourceIp": "10.2.0.0/16"}}), false),
        (json!({"NotIpAddress": {"aws:SourceIp": ["10.2.0.0/16", "10.1.2.3"]}}), false),
        (json!({"NotIpAddress": {"aws:SourceIp": "::1"}}), true),
        (json!({"StringEquals": {"aws:UserAgent": "curl/8"}}), true),
        (json!({"StringEquals": {"aws:UserAgent": "Curl/8"}}), false),
        (json!({"StringEqualsIgnoreCase": {"aws:UserAgent": "Curl/8"}}), true),
        (json!({"StringNotEquals": {"aws:UserAgent": ["x", "curl/8"]}}), false),
        (json!({"StringLike": {"aws:UserAgent": "curl*"}}), true),
        (json!({"StringNotLike": {"aws:UserAgent": "curl*"}}), false),
        (json!({"StringEquals": {"aws:Referer": "x"}}), false),
        (json!({"StringNotEquals": {"aws:Referer": "x"}}), true),
        (json!({"StringEqualsIfExists": {"aws:Referer": "x"}}), true),
        (json!({"Null": {"aws:Referer": "true"}}), true),
        (json!({"Null": {"aws:Referer": false}}), false),
        (json!({"Null": {"aws:UserAgent": [false]}}), true),
        (json!({"Bool": {"aws:SecureTransport": "true"}}), true),
        (json!({"Bool": {"aws:SecureTransport": false}}), false),
        (json!({"NumericGreaterThan": {"aws:EpochTime": "1699999999"}}), true),
        (json!({"NumericLessThanEquals": {"aws:EpochTime": 1_699_999_999}}), false),
        (json!({"DateGreaterThan": {"aws:CurrentTime": "2023-11-14T00:00:00Z"}}), true),
        (json!({"DateGreaterThan": {"aws:CurrentTime": "2023-11-15"}}), false),
        (json!({"DateLessThan": {"aws:CurrentTime": "2023-11-15"}}), true),
        (json!({"DateEquals": {"aws:EpochTime": 1_700_000_000}}), true),
        (json!({"Bool": {"aws:SecureTransport": true}, "IpAddress": {"aws:SourceIp": "10.2.0.0/16"}}), false),
        (json!({}), true),
    ] {
        let with = |effect: &str| json!({"Effect": effect, "Action": "*", "Resource": "*", "Condition": condition});
        let expected = if holds { Allowed } else { NotAllowed };
        assert_eq!(decided(with("Allow")), Ok(expected), "{condition}");
        let expected = if holds { Denied } else { Allowed };
        assert_eq!(decided(json!([allow(json!("*"), json!("*")), with("Deny")])), Ok(expected), "{condition}");
    }
}

#[test]
fn what_is_not_known_never_lets_in() {
    for condition in [
        json!({"ArnLike": {"aws:SourceArn": "*"}}),
        json!({"StringEquals": {"aws:PrincipalTag/team": "a"}}),
        json!({"StringEquals": {"aws:UserAgent": "${aws:username}"}}),
        json!({"ForAnyValue:StringEquals": {"aws:UserAgent": "curl/8"}}),
        json!({"Null": {"aws:SourceVpc": "true"}}),
        json!({"IpAddress": {"aws:SourceIp": "ten"}}),
        json!({"DateLessThan": {"aws:CurrentTime": "soon"}}),
        json!({"StringEquals": {"aws:UserAgent": {}}}),
        json!({"StringEquals": "x"}),
        json!("x"),
    ] {
        let with = |effect: &str| json!({"Effect": effect, "Action": "*", "Resource": "*", "Condition": condition});
        assert_eq!(decided(with("Allow")), Ok(NotAllowed), "{condition}");
        assert_eq!(decided(json!([allow(json!("*"), json!("*")), with("Deny")])), Ok(Denied), "{condition}");
    }
}

#[test]
fn another_spelling_of_a_path_goes_around_nothing() {
    let sent = "arn:aws:execute-api:r:a:shop/prod/GET/%61dmin/x";
    let asked = Asked { resource: sent, decoded: "arn:aws:execute-api:r:a:shop/prod/GET/admin/x", facts: facts() };
    let all = || allow(json!("*"), json!("*"));
    for (statement, expected) in [
        (json!([all(), deny("*/GET/admin/*")]), Denied),
        (json!([all(), {"Effect": "Deny", "Action": "*", "NotResource": "*/GET/%61dmin/*"}]), Denied),
        (json!({"Effect": "Allow", "Action": "*", "NotResource": "*/GET/admin/*"}), NotAllowed),
        (json!(allow(json!("*"), json!("*/GET/admin/*"))), NotAllowed),
        (json!(allow(json!("*"), json!(sent))), Allowed),
    ] {
        let document = Value::parse_json(json!({"Statement": statement}).to_string().as_bytes()).unwrap();
        assert_eq!(decide(document.view(), &asked), Ok(expected), "{statement}");
    }
}

#[test]
fn a_document_of_another_shape_is_none() {
    let many: Vec<Json> = vec![allow(json!("*"), json!("*")); 1001];
    for statement in [
        json!("x"),
        json!({"Action": "*", "Resource": "*"}),
        json!({"Effect": "allow", "Action": "*", "Resource": "*"}),
        json!({"Effect": "Allow", "Resource": "*"}),
        json!({"Effect": "Allow", "Action": "*"}),
        json!({"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}),
        json!({"Effect": "Allow", "Action": [], "Resource": "*"}),
        json!({"Effect": "Allow", "Action": "*", "Resource": 1}),
        json!([allow(json!("*"), json!("*")), {"Effect": "Deny", "Action": "*", "Resource": [1]}]),
        json!({"Effect": "Allow", "Action": "*", "Resource": "a".repeat(513)}),
        json!(many),
    ] {
        assert!(decided(statement.clone()).is_err(), "{statement}");
    }
    let long = "a".repeat(20_000);
    let costly = json!({"Statement": allow(json!("*"), json!(format!("*{}b", "a".repeat(400))))}).to_string();
    let costly = Value::parse_json(costly.as_bytes()).unwrap();
    assert!(decide(costly.view(), &Asked { resource: &long, decoded: &long, facts: facts() }).is_err());
    assert!(
        decide(Value::parse_json(b"{}").unwrap().view(), &Asked { resource: ARN, decoded: ARN, facts: facts() })
            .is_err()
    );
}
