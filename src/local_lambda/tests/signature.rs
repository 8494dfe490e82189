//! The verifier against AWS's own signing vectors (awslabs/aws-c-auth).

use std::path::{Path, PathBuf};

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::local_lambda::signature::{Authorization, Signed, Verifier};

/// One vector: what was signed, by whom, and what AWS made of it.
struct Vector {
    folder: PathBuf,
    context: Value,
    request: String,
}

impl Vector {
    fn read(folder: &Path) -> Vector {
        let context = serde_json::from_str(&text(&folder.join("context.json"))).expect("a context");
        let request = text(&folder.join("header-signed-request.txt"));
        Vector { folder: folder.to_owned(), context, request }
    }

    fn expected(&self, name: &str) -> String {
        text(&self.folder.join(name))
    }

    fn at(&self, pointer: &str) -> Option<&str> {
        self.context.pointer(pointer).and_then(Value::as_str)
    }

    /// The request as it went over the wire, folded header lines unfolded.
    fn signed(&self) -> Signed<'_> {
        let (head, body) = self.request.split_once("\n\n").expect("an empty line");
        let (first, rest) = head.split_once('\n').expect("a request line");
        let (method, target) = first.split_once(' ').expect("a method");
        let target = target.strip_suffix(" HTTP/1.1").expect("a version");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in rest.lines() {
            match (line.starts_with(' '), headers.last_mut()) {
                (true, Some((_, value))) => value.push_str(line),
                _ => {
                    let (name, value) = line.split_once(':').expect("a header");
                    headers.push((name.to_lowercase(), value.to_owned()));
                }
            }
        }
        let normalize = self.context["normalize"].as_bool().expect("normalize");
        Signed { method, path, query, headers, body: body.as_bytes(), normalize }
    }

    fn verifier(&self) -> Verifier {
        let owned = |pointer| self.at(pointer).map(str::to_owned);
        Verifier {
            region: owned("/region").expect("a region"),
            service: "service",
            access_key_id: owned("/credentials/access_key_id").expect("a key"),
            secret_access_key: owned("/credentials/secret_access_key").expect("a secret"),
            session_token: owned("/credentials/token"),
        }
    }

    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::parse(self.at("/timestamp").expect("a timestamp"), &Rfc3339).expect("a date")
    }

    fn check(&self) {
        let name = self.folder.file_name().expect("a name").to_string_lossy();
        let (signed, verifier) = (self.signed(), self.verifier());
        let header = signed.header("authorization").expect("a signature");
        let authorization = Authorization::parse(header).expect("a complete signature");
        assert_eq!(authorization.signature, self.expected("header-signature.txt").trim(), "{name}");
        let canonical = signed.canonical(authorization.signed_headers);
        assert_eq!(canonical, self.expected("header-canonical-request.txt"), "{name}");
        let timestamp = signed.header("x-amz-date").expect("a date");
        let to_sign = authorization.string_to_sign(&canonical, timestamp);
        assert_eq!(to_sign, self.expected("header-string-to-sign.txt"), "{name}");
        assert_eq!(verifier.check_signature(&signed, &authorization, timestamp), Ok(()), "{name}");
        let whole = verifier.verify(&signed, self.now());
        if self.context["omit_session_token"].as_bool() == Some(true) {
            // Right by the letter, but Lambda wants every x-amz header signed.
            let message = whole.expect_err("an unsigned token").message;
            assert!(message.contains("'x-amz-security-token' must be a 'SignedHeader'"), "{message}");
        } else {
            assert_eq!(whole, Ok(()), "{name}");
        }
        let mut changed = self.signed();
        changed.body = b"another body";
        assert!(verifier.verify(&changed, self.now()).is_err(), "{name}");
    }
}

#[test]
fn aws_vectors_verify() {
    let suite = "../shared/suites/sigv4/tests/aws-signing-test-suite/v4";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(suite);
    let Ok(cases) = folder.read_dir() else {
        crate::test_support::skipped(&format!("the AWS signing vectors are not at {}", folder.display()));
        return;
    };
    let mut count = 0;
    for case in cases {
        Vector::read(&case.expect("an entry").path()).check();
        count += 1;
    }
    assert_eq!(count, 38);
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
