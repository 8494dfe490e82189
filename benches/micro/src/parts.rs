//! Parts that need no assembly.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use bytes::Bytes;
use gantry::aws::event::{EventFormat, EventRequest, build};
use gantry::aws::response::{Reading, parse as parse_answer};
use gantry::aws::sign::{PayloadHash, Scope, Signer};
use gantry::base::{Findings, Sources};
use gantry::openapi::Segment;
use gantry::runtime::{RouteMatch, Router};
use gantry::telemetry::{AccessLines, AccessRecord, Metrics, RequestEnd};
use gantry::value::Body;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode, Uri};
use time::OffsetDateTime;

use crate::assemblies::{ORDER, document};
use crate::cases::Run;

/// A purchase order of about 1 KiB.
pub const XML: &str = include_str!("order.xml");

/// A moment, the same in every run.
fn moment() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)
}

pub fn json() -> Run {
    let bytes = Bytes::from_static(ORDER.as_bytes());
    Box::new(move || drop(black_box(Body::from_bytes(bytes.clone()).value())))
}

pub fn xml() -> Run {
    let limits = gantry::value::XmlLimits::default();
    Box::new(move || drop(black_box(gantry::value::Xml::parse(XML.as_bytes(), &limits))))
}

pub fn source() -> Run {
    let text = document(10);
    let mut sources = Sources::default();
    let id = sources.add("api.yaml", text.as_str());
    Box::new(move || {
        let mut findings = Findings::default();
        drop(black_box(gantry::source::parse(id, &text, &mut findings)));
    })
}

pub fn route() -> Run {
    let mut routes = Router::default();
    for number in 0..10_000 {
        let parts = ["r".into(), Arc::from(format!("api{number}")), "items".into()];
        let mut segments: Vec<Segment> = parts.into_iter().map(Segment::Static).collect();
        segments.push(Segment::Parameter("item".into()));
        assert!(routes.insert(&segments, Some(Method::GET), number).is_ok(), "no route is there twice");
    }
    let paths: Vec<String> = (0..10_000).step_by(613).map(|number| format!("/r/api{number}/items/7")).collect();
    let mut next = 0;
    Box::new(move || {
        next = (next + 1) % paths.len();
        let found = routes.find(&Method::GET, &paths[next]);
        assert!(matches!(black_box(found), RouteMatch::Found { .. }), "the route is there");
    })
}

/// Headers as an ordinary client sends them.
fn headers() -> HeaderMap {
    let pairs = [
        ("host", "api.example.com"),
        ("user-agent", "curl/8.5.0"),
        ("accept", "application/json"),
        ("accept-encoding", "gzip, deflate"),
        ("content-type", "application/json"),
        ("content-length", "9"),
        ("x-request-id", "b9a6a7a8-6a0e-4a5f-8b7a-0d8c7b6a5f4e"),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ];
    let pairs = pairs.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    pairs.into_iter().collect()
}

pub fn sign() -> Run {
    let signer = Signer::new(Scope { region: "eu-west-1".to_owned(), service: "lambda".to_owned() });
    let keys = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None, None, "bench");
    let host = "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/orders/invocations";
    let uri = Uri::from_static(host);
    let time = moment();
    Box::new(move || {
        let mut headers = HeaderMap::with_capacity(4);
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        let signed = signer.sign(&Method::POST, &uri, &mut headers, &PayloadHash::of(b"some data"), &keys, time);
        assert!(signed.is_ok(), "it can be signed");
        drop(black_box(headers));
    })
}

pub fn event() -> Run {
    let headers = headers();
    let time = OffsetDateTime::from(moment());
    Box::new(move || {
        let request = EventRequest {
            method: "POST",
            path: "/orders/7",
            query: "page=2&size=20",
            resource: "/orders/{id}",
            path_parameters: &[("id", "7")],
            headers: &headers,
            body: Some(b"some data"),
            base64: false,
            source_ip: "192.0.2.7",
            user_agent: Some("curl/8.5.0"),
            protocol: "HTTP/1.1",
            request_id: "b9a6a7a8-6a0e-4a5f-8b7a-0d8c7b6a5f4e",
            time,
            stage: "$default",
            stage_variables: &[],
            account_id: "123456789012",
            api_id: "orders",
            domain_name: "api.example.com",
            operation: Some("createOrder"),
            route_key: "POST /orders/{id}",
            binary_media_types: &[],
            target_group_arn: "",
            of_rest_export: false,
            authorizer: None,
            certificate: None,
        };
        assert!(black_box(build(EventFormat::V1, &request)).is_ok(), "it can be written");
    })
}

pub fn answer() -> Run {
    let reading = Reading { format: EventFormat::V1, strict: true, decodes: true };
    let answer = br#"{"statusCode":201,"headers":{"content-type":"application/json","location":"/orders/7","x-a":"b"},
        "body":"{\"id\":7,\"state\":\"accepted\"}","isBase64Encoded":false}"#;
    let answer = Bytes::from_static(answer);
    Box::new(move || assert!(black_box(parse_answer(reading, &answer)).is_ok(), "it can be read"))
}

pub fn count() -> Run {
    let (metrics, kept) = (Metrics::new(), OnceLock::new());
    let (api, operation): (Arc<str>, Arc<str>) = ("orders".into(), "/orders/{id}".into());
    Box::new(move || {
        metrics.request_started();
        metrics.request_ended(RequestEnd {
            route: Some((&api, &operation)),
            method: &Method::POST,
            status: StatusCode::OK,
            duration: Duration::from_micros(900),
            kept: Some(&kept),
        });
    })
}

pub fn access_line() -> Run {
    let record = AccessRecord {
        time: moment(),
        id: "b9a6a7a8-6a0e-4a5f-8b7a-0d8c7b6a5f4e".into(),
        client: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)),
        method: Method::POST,
        path: "/orders/7".to_owned(),
        status: 200,
        bytes: 512,
        duration_ms: 0.9,
        complete: true,
        api: Some("orders".into()),
        operation: Some("/orders/{id}".into()),
        fault: None,
        place: None,
        application: None,
        plan: None,
        upstream_ms: None,
        trace: None,
        protocol: "HTTP/1.1",
        user_agent: Some("curl/8.5.0".to_owned()),
    };
    let (mut lines, mut block) = (AccessLines::default(), Vec::with_capacity(1024));
    Box::new(move || {
        block.clear();
        lines.json(&record, &mut block);
        black_box(&block);
    })
}
