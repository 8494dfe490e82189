//! AWS's own vectors (aws-c-auth, `aws-signing-test-suite/v4`) through the function that signs every call.

use std::path::{Path, PathBuf};

use aws_sigv4::http_request::{PercentEncodingMode, SessionTokenMode, UriPathNormalizationMode};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
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
    signer.settings.percent_encoding_mode = PercentEncodingMode::Single;
    signer.settings.uri_path_normalization_mode = UriPathNormalizationMode::from(flag("normalize"));
    if flag("sign_body") {
        signer.settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    if flag("omit_session_token") {
        signer.settings.session_token_mode = SessionTokenMode::Exclude;
    }
    let keys = &context["credentials"];
    let [id, secret] = ["access_key_id", "secret_access_key"].map(|name| text(&keys[name]).unwrap());
    let keys = Keys::new(id, secret, text(&keys["token"]), None, "vector");
    let time = OffsetDateTime::parse(context["timestamp"].as_str().unwrap(), &Rfc3339).unwrap();
    let mut headers = vector.headers;
    signer.sign(&vector.method, &vector.uri, &mut headers, vector.body.as_bytes(), keys, time.into()).unwrap();
    headers["authorization"].to_str().unwrap().split("Signature=").last().unwrap().to_owned()
}

#[test]
fn the_vectors_of_aws_are_signed_alike() {
    let suite =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/suites/sigv4/tests/aws-signing-test-suite/v4");
    let Ok(folders) = std::fs::read_dir(&suite) else {
        eprintln!("SKIPPED: the signature vectors are missing: {}", suite.display());
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
    signer.sign(&Method::POST, &uri.parse().unwrap(), &mut headers, b"{}", keys, SystemTime::UNIX_EPOCH).unwrap();
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
