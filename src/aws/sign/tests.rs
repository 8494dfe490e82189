//! AWS's own vectors (aws-c-auth, `aws-signing-test-suite/v4`) through the function that signs every call.

use std::path::{Path, PathBuf};

use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SigningParams, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use proptest::prelude::*;
use serde_json::Value as Json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::*;

/// The vectors write some targets raw; the signer, as the wire, wants them encoded once.
const RAW: &AsciiSet = &CONTROLS.add(b' ');

struct Vector {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
    context: Json,
    expected: String,
}

fn read(folder: &Path) -> Vector {
    let file = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let request = file("request.txt");
    let (head, body) = request.split_once("\n\n").unwrap_or((&request, ""));
    let (line, fields) = head.split_once('\n').unwrap();
    let (method, rest) = line.split_once(' ').unwrap();
    let target = rest.trim_end().trim_end_matches("HTTP/1.1").trim_end();
    // A folded header goes on in the next line.
    let fields = fields.replace("\n ", " ");
    let mut headers = HeaderMap::new();
    for field in fields.lines().filter(|line| !line.is_empty()) {
        let (name, value) = field.split_once(':').unwrap();
        headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    let host = headers["host"].to_str().unwrap();
    let uri = format!("https://{host}{}", utf8_percent_encode(target, RAW)).parse().unwrap();
    Vector {
        method: method.parse().unwrap(),
        uri,
        headers,
        body: body.to_owned(),
        context: serde_json::from_str(&file("context.json")).unwrap(),
        expected: file("header-signature.txt").trim().to_owned(),
    }
}

/// The signature our signer gives a vector, with the switches that only other services need set as its context says.
fn signature(vector: Vector) -> String {
    let context = &vector.context;
    let text = |value: &Json| value.as_str().map(str::to_owned);
    let flag = |name: &str| context[name].as_bool().unwrap_or_default();
    let scope = Scope { region: text(&context["region"]).unwrap(), service: text(&context["service"]).unwrap() };
    let mut signer = Signer::new(scope);
    signer.rules.encode_path = false;
    signer.rules.normalize_path = flag("normalize");
    signer.rules.payload_hash = flag("sign_body");
    signer.rules.omit_session_token = flag("omit_session_token");
    let keys = &context["credentials"];
    let [id, secret] = ["access_key_id", "secret_access_key"].map(|name| text(&keys[name]).unwrap());
    let keys = Keys::new(id, secret, text(&keys["token"]), None, "vector");
    let time = OffsetDateTime::parse(context["timestamp"].as_str().unwrap(), &Rfc3339).unwrap();
    let mut headers = vector.headers;
    signer
        .sign(&vector.method, &vector.uri, &mut headers, &PayloadHash::of(vector.body.as_bytes()), &keys, time.into())
        .unwrap();
    headers["authorization"].to_str().unwrap().split("Signature=").last().unwrap().to_owned()
}

#[test]
fn the_vectors_of_aws_are_signed_alike() {
    let suite =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/suites/sigv4/tests/aws-signing-test-suite/v4");
    let Ok(folders) = std::fs::read_dir(&suite) else {
        crate::test_support::skipped(&format!("the signature vectors are missing: {}", suite.display()));
        return;
    };
    let mut count = 0;
    for folder in folders.flatten().filter(|entry| entry.path().is_dir()) {
        let vector = read(&folder.path());
        let expected = vector.expected.clone();
        assert_eq!(signature(vector), expected, "{}", folder.path().display());
        count += 1;
    }
    assert_eq!(count, 38);
}

fn signed(uri: &str, token: Option<&str>) -> HeaderMap {
    let signer = Signer::new(Scope { region: "us-east-1".into(), service: "lambda".into() });
    let keys = Keys::new("AKID", "canary-secret", token.map(str::to_owned), None, "test");
    let mut headers = HeaderMap::from_iter([(HeaderName::from_static("x-amzn-trace-id"), "Root=1".parse().unwrap())]);
    signer
        .sign(
            &Method::POST,
            &uri.parse().unwrap(),
            &mut headers,
            &PayloadHash::of(b"{}"),
            &keys,
            SystemTime::UNIX_EPOCH,
        )
        .unwrap();
    headers
}

#[test]
fn c3_a_session_token_is_signed_and_a_trace_id_is_not() {
    let headers = signed("https://lambda.us-east-1.amazonaws.com/", Some("token"));
    let authorization = headers["authorization"].to_str().unwrap();
    assert!(authorization.contains("SignedHeaders=host;x-amz-date;x-amz-security-token,"), "{authorization}");
    assert_eq!(headers["x-amz-security-token"], "token");
}

#[test]
fn c15_what_is_secret_does_not_print() {
    let printed = format!("{:?}", signed("https://lambda.us-east-1.amazonaws.com/", Some("canary-token")));
    assert!(!printed.contains("canary") && !printed.contains("Signature="), "{printed}");
}

/// The headers that AWS's signer for Rust adds, by name.
fn signed_by_aws(request: &Sample, payload_hash: bool) -> Vec<(String, String)> {
    let mut settings = SigningSettings::default();
    if payload_hash {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    let identity = Identity::from(request.keys());
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("eu-west-1")
        .name("execute-api")
        .time(request.time())
        .settings(settings)
        .build()
        .unwrap();
    let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let body = SignableBody::Bytes(request.body.as_bytes());
    let signable = SignableRequest::new(request.method.as_str(), request.uri.to_string(), headers, body).unwrap();
    let (instructions, _) = sign(signable, &SigningParams::from(params)).unwrap().into_parts();
    let (added, _) = instructions.into_parts();
    let mut added: Vec<_> = added.iter().map(|one| (one.name().to_owned(), one.value().to_owned())).collect();
    added.sort();
    added
}

#[derive(Debug, Clone)]
struct Sample {
    method: Method,
    uri: Uri,
    headers: Vec<(String, String)>,
    body: String,
    token: Option<String>,
    seconds: u64,
}

impl Sample {
    fn keys(&self) -> Keys {
        Keys::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", self.token.clone(), None, "sample")
    }

    fn time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(self.seconds)
    }
}

fn sample() -> impl Strategy<Value = Sample> {
    let header = ("(x-[a-z]{1,8}|user-agent|content-type|x-amzn-trace-id|host)", "[ -~]{0,20}");
    let target = "(/[A-Za-z0-9%._~-]{0,6}|/%2F%20|/\\.\\.|//|/:;@=){0,5}(\\?([a-c%0-9A-F+=&]{0,12}))?";
    (
        proptest::sample::select(vec![Method::GET, Method::POST, Method::PUT]),
        proptest::sample::select(vec![
            "https://h.example",
            "http://127.0.0.1:9000",
            "https://h.example:443",
            "http://h:80",
        ]),
        target,
        proptest::collection::vec(header, 0..6),
        ".{0,40}",
        proptest::option::of("[A-Za-z0-9/+=]{1,40}"),
        0_u64..4_000_000_000,
    )
        .prop_filter_map("no URL", |(method, origin, target, headers, body, token, seconds)| {
            let uri: Uri = format!("{origin}{target}").parse().ok()?;
            // A name that stands twice is appended by both.
            Some(Sample { method, uri, headers, body, token, seconds })
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn aws_signs_alike(sample in sample(), payload_hash: bool) {
        let signer = Signer::new(Scope { region: "eu-west-1".into(), service: "execute-api".into() });
        let signer = if payload_hash { signer.with_payload_hash() } else { signer };
        let mut headers = HeaderMap::new();
        for (name, value) in &sample.headers {
            headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        signer.sign(&sample.method, &sample.uri, &mut headers, &PayloadHash::of(sample.body.as_bytes()), &sample.keys(), sample.time()).unwrap();
        for (name, value) in signed_by_aws(&sample, payload_hash) {
            prop_assert_eq!(headers.get(&name).map(|found| found.to_str().unwrap().to_owned()), Some(value), "{}", name);
        }
    }
}

#[test]
fn the_key_of_another_day_or_of_another_secret_is_another_one() {
    let signer = Signer::new(Scope { region: "us-east-1".into(), service: "lambda".into() });
    let signature = |secret: &str, seconds: u64| {
        let mut headers = HeaderMap::new();
        let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        let keys = Keys::new("AKID", secret, None, None, "test");
        signer
            .sign(
                &Method::POST,
                &"https://h.example/".parse().unwrap(),
                &mut headers,
                &PayloadHash::of(b""),
                &keys,
                time,
            )
            .unwrap();
        headers["authorization"].to_str().unwrap().to_owned()
    };
    let first = signature("one", 10);
    assert_ne!(signature("two", 10), first);
    assert_ne!(signature("one", 10 + 86_400), first);
    assert_eq!(signature("one", 10), first);
}
