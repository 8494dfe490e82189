//! Every kind of credentials against one peer whose faults can be switched on: STS, the container and metadata services, SSO.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::*;

/// The failure that the peer simulates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    Nothing,
    /// The first call is throttled, the next is not.
    Throttles,
    /// Every call is refused.
    Refuses,
    /// No call is answered.
    Silent,
    /// The caller's clock is wrong.
    Skewed,
}

/// The services that hand out keys; the key id says which one did.
fn peer(fault: Fault) -> TestServer {
    let calm = AtomicBool::new(fault != Fault::Throttles);
    TestServer::start(move |request: &Recorded| {
        let is_token = request.method == "PUT";
        match fault {
            Fault::Silent => return Answer::Hang,
            Fault::Refuses if !is_token => return refused(request),
            Fault::Skewed => {
                return error(403, "SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier");
            }
            Fault::Throttles if !is_token && !calm.swap(true, Ordering::SeqCst) => return throttled(request),
            _ => {}
        }
        let path = request.target.split('?').next().unwrap_or_default();
        let expiry = OffsetDateTime::now_utc() + time::Duration::hours(1);
        let keys = |id: &str| {
            json!({
                "Code": "Success", "AccessKeyId": id, "SecretAccessKey": "canary-secret", "Token": "canary-token",
                "Expiration": expiry.format(&Rfc3339).unwrap(),
            })
        };
        let answer = match (&*request.method, path) {
            ("PUT", "/latest/api/token") => {
                let headers = vec![("x-aws-ec2-metadata-token-ttl-seconds", "21600".to_owned())];
                return Answer::Reply(200, headers, b"the-imds-token".to_vec());
            }
            (_, "/latest/meta-data/iam/security-credentials/") => return text("the-role"),
            (_, "/latest/meta-data/iam/security-credentials/the-role")
                if request.header("x-aws-ec2-metadata-token") == Some("the-imds-token") =>
            {
                keys("ASIAIMDS")
            }
            (_, "/container") if request.header("authorization") == Some("the-container-token") => keys("ASIAECS"),
            (_, "/federation/credentials") if request.header("x-amz-sso_bearer_token") == Some("the-sso-token") => {
                json!({"roleCredentials": {
                    "accessKeyId": "ASIASSO", "secretAccessKey": "canary-secret", "sessionToken": "canary-token",
                    "expiration": expiry.unix_timestamp() * 1000,
                }})
            }
            ("POST", _) => return of_sts(request, Duration::from_secs(3600)),
            other => panic!("nobody asks for {other:?}"),
        };
        Answer::Reply(200, vec![("content-type", "application/json".into())], answer.to_string().into_bytes())
    })
}

/// An STS with a role that strangers may only assume with an external id.
fn of_sts(request: &Recorded, life: Duration) -> Answer {
    let form = String::from_utf8_lossy(&request.body);
    match form.contains("WebIdentityToken=") {
        true => granted("AssumeRoleWithWebIdentity", 7, life),
        false if form.contains("ExternalId=tenant-1") => granted("AssumeRole", 8, life),
        false => refused(request),
    }
}

fn text(text: &str) -> Answer {
    Answer::Reply(200, vec![("content-type", "text/plain".into())], text.as_bytes().to_vec())
}

/// STS says so in an error that is the client's; the other services have a status for it.
fn throttled(request: &Recorded) -> Answer {
    let is_sts = request.method == "POST";
    error(if is_sts { 400 } else { 503 }, "Throttling", "Rate exceeded")
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    let body = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    );
    Answer::Reply(status, vec![("content-type", "text/xml".into())], body.into_bytes())
}

/// The kinds of the default chain that ask a service.
const KINDS: [(&str, &str); 4] =
    [("web identity", "ASIA7"), ("container", "ASIAECS"), ("metadata", "ASIAIMDS"), ("sso", "ASIASSO")];

/// The environment in which the default chain finds this kind at this peer, with its files in a folder.
fn environment(kind: &str, peer: &TestServer, folder: &Path) -> Vec<(&'static str, String)> {
    let write = |name: &str, text: &str| {
        let file = folder.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let nothing = "/nonexistent".to_owned();
    let mut all = vec![("AWS_SHARED_CREDENTIALS_FILE", nothing.clone()), ("HOME", folder.to_str().unwrap().to_owned())];
    let (mut config, url) = (nothing, peer.url(""));
    match kind {
        "web identity" => {
            let token = write("token", "the-token");
            all.extend([("AWS_WEB_IDENTITY_TOKEN_FILE", token), ("AWS_ROLE_ARN", ROLE.to_owned())]);
            all.push(("AWS_ENDPOINT_URL_STS", url));
        }
        "container" => {
            // EKS Pod Identity, which is ECS with the token in a file.
            let token = write("token", "the-container-token");
            all.push(("AWS_CONTAINER_CREDENTIALS_FULL_URI", peer.url("/container")));
            all.push(("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token));
        }
        "metadata" => {
            all.extend([("AWS_EC2_METADATA_DISABLED", "false".to_owned()), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)]);
        }
        _ => {
            let profile = "[default]\nsso_start_url=https://sso.test/start\nsso_region=us-east-1\n\
                           sso_account_id=123456789012\nsso_role_name=caller\n";
            config = write("config", profile);
            let expiry = (OffsetDateTime::now_utc() + time::Duration::hours(1)).format(&Rfc3339).unwrap();
            let token = json!({
                "accessToken": "the-sso-token", "expiresAt": expiry, "region": "us-east-1",
                "startUrl": "https://sso.test/start",
            });
            // The name is the SHA-1 of the start URL.
            write(".aws/sso/cache/c2e09b4fac288e7a35fb1a0f7b55446a509137e5.json", &token.to_string());
            all.push(("AWS_ENDPOINT_URL_SSO", url));
        }
    }
    all.push(("AWS_CONFIG_FILE", config));
    all
}

/// The keys that the default chain finds in one kind of source, or its error, while the peer has this fault.
fn found(kind: &str, fault: Fault) -> String {
    let (peer, folder) = (peer(fault), tempfile::tempdir().unwrap());
    let environment = environment(kind, &peer, folder.path());
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    chain_with(&environment)
}

#[test]
fn c2_the_chain_asks_every_service_that_hands_out_keys() {
    for (kind, id) in KINDS {
        for fault in [Fault::Nothing, Fault::Throttles] {
            let printed = found(kind, fault);
            assert!(printed.contains(&format!("KEY={id}")), "{kind}, {fault:?}: {printed}");
        }
    }
}

#[test]
fn a_service_that_refuses_or_is_silent_is_told_without_a_secret() {
    let cases = KINDS.map(|(kind, _)| (kind, Fault::Refuses)).into_iter().chain([("metadata", Fault::Silent)]);
    for (kind, fault) in cases {
        let printed = found(kind, fault);
        assert!(printed.contains("ERROR=no credentials from the default chain"), "{kind}, {fault:?}: {printed}");
        assert!(!printed.contains("KEY=") && !printed.contains("canary"), "{kind}, {fault:?}: {printed}");
    }
}

/// The key id or the error of a role at this peer.
async fn assumed(fault: Fault, external_id: Option<&str>) -> Result<String, CredentialsError> {
    let peer = peer(fault);
    let mut source = role(&peer.url(""));
    source.assume_role =
        source.assume_role.map(|role| AssumeRole { external_id: external_id.map(str::to_owned), ..role });
    let keys = Credentials::new(source, http()).get().await?;
    Ok(keys.access_key_id().to_owned())
}

#[tokio::test]
async fn c4_a_role_meets_what_its_trust_policy_asks() {
    assert_eq!(assumed(Fault::Nothing, Some("tenant-1")).await, Ok("ASIA8".to_owned()));
    for wrong in [None, Some("tenant-2")] {
        let error = assumed(Fault::Nothing, wrong).await.unwrap_err();
        assert_eq!(error.code.as_deref(), Some("AccessDenied"), "{error}");
    }
}

#[tokio::test]
async fn an_sts_that_throttles_is_asked_again_and_a_wrong_clock_is_told() {
    assert_eq!(assumed(Fault::Throttles, Some("tenant-1")).await, Ok("ASIA8".to_owned()));
    let error = assumed(Fault::Skewed, Some("tenant-1")).await.unwrap_err();
    assert_eq!(error.code.as_deref(), Some("SignatureDoesNotMatch"));
    assert!(error.message.contains("Signature expired"), "{error}");
}
