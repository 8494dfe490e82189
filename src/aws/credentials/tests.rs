mod matrix;

use std::sync::atomic::{AtomicU16, Ordering};

use super::*;
use crate::http_client::test_server::{Answer, Recorded, TestServer, closed_port, pause};
use crate::http_client::{PoolOptions, TlsOptions};
use crate::value::Secret;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const ROLE: &str = "arn:aws:iam::123456789012:role/caller";

pub(crate) fn http() -> HttpClient {
    HttpClient::new(&TlsOptions::default(), &PoolOptions::default()).unwrap()
}

pub(in crate::aws) fn static_keys(token: Option<&str>) -> StaticKeys {
    StaticKeys {
        access_key_id: "AKIDBASE".into(),
        secret_access_key: Secret::new("canary-secret"),
        session_token: token.map(Secret::new),
    }
}

/// A role at a given STS, assumed with static keys.
pub(in crate::aws) fn role(sts: &str) -> CredentialSource {
    let role = AssumeRole { sts_endpoint: Some(sts.to_owned()), ..AssumeRole::new(ROLE) };
    CredentialSource {
        base: Base::Static(static_keys(None)),
        assume_role: Some(role),
        region: Some("eu-central-1".into()),
    }
}

/// STS's answer with keys that live for `life`; the key id tells the calls apart.
pub(crate) fn granted(action: &str, number: usize, life: Duration) -> Answer {
    let expiration = (OffsetDateTime::now_utc() + life).format(&Rfc3339).unwrap();
    let body = format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result>\
         <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/caller/gantry</Arn>\
         <AssumedRoleId>b</AssumedRoleId></AssumedRoleUser>\
         <Credentials><AccessKeyId>ASIA{number}</AccessKeyId><SecretAccessKey>canary-assumed</SecretAccessKey>\
         <SessionToken>canary-token-{number}</SessionToken><Expiration>{expiration}</Expiration></Credentials>\
         </{action}Result></{action}Response>"
    );
    Answer::Reply(200, vec![("content-type", "text/xml".into())], body.into_bytes())
}

fn refused(_: &Recorded) -> Answer {
    let body = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
                <Code>AccessDenied</Code><Message>not authorized to perform sts:AssumeRole</Message></Error>\
                </ErrorResponse>";
    Answer::Reply(403, vec![("content-type", "text/xml".into())], body.as_bytes().to_vec())
}

/// An STS that grants keys of one life, a little slowly.
pub(crate) fn sts(life: Duration) -> TestServer {
    let number = AtomicU16::new(0);
    TestServer::start(move |_| {
        pause(Duration::from_millis(50));
        granted("AssumeRole", usize::from(number.fetch_add(1, Ordering::SeqCst)), life)
    })
}

#[tokio::test]
async fn c3_static_keys_come_as_they_are() {
    let source =
        CredentialSource { base: Base::Static(static_keys(Some("canary-token"))), assume_role: None, region: None };
    let keys = Credentials::new(source, http()).get().await.unwrap();
    assert_eq!((keys.access_key_id(), keys.secret_access_key()), ("AKIDBASE", "canary-secret"));
    assert_eq!((keys.session_token(), keys.expiry()), (Some("canary-token"), None));
}

#[tokio::test]
async fn c4_a_role_is_assumed_with_all_its_parameters() {
    let server = sts(Duration::from_secs(3600));
    let mut source = role(&server.url(""));
    source.assume_role = source.assume_role.map(|role| AssumeRole {
        external_id: Some("tenant-1".into()),
        duration: Duration::from_secs(900),
        policy: Some("{\"Version\":\"2012-10-17\"}".into()),
        ..role
    });
    let keys = Credentials::new(source, http()).get().await.unwrap();
    assert_eq!((keys.access_key_id(), keys.session_token()), ("ASIA0", Some("canary-token-0")));
    let requests = server.requests();
    let form = String::from_utf8(requests[0].body.clone()).unwrap();
    for field in [
        "Action=AssumeRole&",
        "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fcaller",
        "RoleSessionName=gantry",
        "ExternalId=tenant-1",
        "DurationSeconds=900",
        "Policy=%7B%22Version%22%3A%222012-10-17%22%7D",
    ] {
        assert!(form.contains(field), "{field} is not in {form}");
    }
    let authorization = requests[0].header("authorization").unwrap();
    assert!(authorization.contains("Credential=AKIDBASE/") && authorization.contains("/eu-central-1/sts/"));
}

#[tokio::test]
async fn c8_an_sts_endpoint_is_used_as_given_each_time() {
    let server = sts(Duration::from_secs(3600));
    let endpoint = server.url("/vpce/sts");
    let credentials = Credentials::new(role(&endpoint), http());
    for number in 0..2 {
        let keys = credentials.get().await.unwrap();
        assert_eq!(keys.access_key_id(), format!("ASIA{number}"));
        credentials.mark_stale(keys.access_key_id());
    }
    let host = server.address.to_string();
    for request in server.requests() {
        assert!(request.target.starts_with("/vpce/sts"), "{}", request.target);
        assert_eq!(request.header("host"), Some(&*host), "no region is put in front");
    }
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn c5_many_first_calls_are_one_call_to_sts() {
    let server = sts(Duration::from_secs(3600));
    let credentials = Credentials::new(role(&server.url("")), http());
    let calls = (0..64).map(|_| {
        let credentials = credentials.clone();
        tokio::spawn(async move { credentials.get().await.unwrap().access_key_id().to_owned() })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap(), "ASIA0");
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn c5_a_caller_that_gives_up_does_not_stop_the_call() {
    let server = sts(Duration::from_secs(3600));
    let credentials = Credentials::new(role(&server.url("")), http());
    assert!(tokio::time::timeout(Duration::from_millis(5), credentials.get()).await.is_err());
    assert_eq!(credentials.get().await.unwrap().access_key_id(), "ASIA0");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn c5_short_lived_keys_are_renewed_before_they_expire() {
    let server = sts(Duration::from_secs(3));
    let credentials = Credentials::new(role(&server.url("")), http());
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(3500) {
        let keys = credentials.get().await.unwrap();
        assert!(keys.expiry().unwrap() > SystemTime::now());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let calls = server.requests().len();
    assert!((2..=3).contains(&calls), "{calls} calls");
}

#[tokio::test]
async fn c6_valid_keys_serve_while_sts_is_down() {
    let calls = AtomicU16::new(0);
    let server = TestServer::start(move |request| match calls.fetch_add(1, Ordering::SeqCst) {
        0 => granted("AssumeRole", 0, Duration::from_secs(2)),
        _ => refused(request),
    });
    let credentials = Credentials::new(role(&server.url("")), http());
    credentials.get().await.unwrap();
    tokio::time::sleep(Duration::from_millis(1750)).await;
    for _ in 0..5 {
        assert_eq!(credentials.get().await.unwrap().access_key_id(), "ASIA0");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(400)).await;
    let error = credentials.get().await.unwrap_err();
    assert_eq!(error.code.as_deref(), Some("AccessDenied"));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_refusal_is_told_and_not_repeated_at_once() {
    let server = TestServer::start(refused);
    let credentials = Credentials::new(role(&server.url("")), http());
    for _ in 0..3 {
        let error = credentials.get().await.unwrap_err();
        let expected = format!("STS refused to assume {ROLE}: AccessDenied: not authorized to perform sts:AssumeRole");
        assert_eq!(error.to_string(), expected);
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_unreachable_or_silent_sts_is_told() {
    let closed = Credentials::new(role(&format!("http://{}", closed_port())), http()).get().await.unwrap_err();
    assert!(closed.to_string().contains("refused"), "{closed}");
    let silent = TestServer::start(|_| Answer::Hang);
    let start = Instant::now();
    let error = Credentials::new(role(&silent.url("")), http()).get().await.unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(8) && error.to_string().contains("in time"), "{error}");
}

#[tokio::test]
async fn stale_keys_are_fetched_anew() {
    let server = sts(Duration::from_secs(3600));
    let credentials = Credentials::new(role(&server.url("")), http());
    assert_eq!(credentials.get().await.unwrap().access_key_id(), "ASIA0");
    credentials.mark_stale("SOMEBODY-ELSE");
    assert_eq!(credentials.get().await.unwrap().access_key_id(), "ASIA0");
    credentials.mark_stale("ASIA0");
    assert_eq!(credentials.get().await.unwrap().access_key_id(), "ASIA1");
}

#[tokio::test]
async fn c15_secrets_do_not_print() {
    let server = TestServer::start(refused);
    let source = CredentialSource { base: Base::Static(static_keys(Some("canary-token"))), ..role(&server.url("")) };
    let credentials = Credentials::new(source, http());
    let error = credentials.get().await.unwrap_err();
    let printed = format!("{credentials:?} {error:?} {error}");
    assert!(printed.contains(ROLE) && !printed.contains("canary"), "{printed}");
}

/// Runs the ignored test below in a process of its own, because the default chain reads the environment.
fn chain_with(environment: &[(&str, &str)]) -> String {
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "--ignored", "--nocapture", "aws::credentials::tests::chain_child"]);
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"] {
        child.env_remove(name);
    }
    child.env("AWS_EC2_METADATA_DISABLED", "true").env("GANTRY_CHAIN_CHILD", "1").envs(environment.iter().copied());
    String::from_utf8(child.output().unwrap().stdout).unwrap()
}

#[tokio::test]
#[ignore = "run by the tests of the default chain"]
async fn chain_child() {
    if std::env::var_os("GANTRY_CHAIN_CHILD").is_none() {
        return;
    }
    let base = std::env::var("GANTRY_PROFILE").map_or(Base::Chain, Base::Profile);
    let source = CredentialSource { base, assume_role: None, region: Some("us-east-1".into()) };
    match Credentials::new(source, http()).get().await {
        Ok(keys) => println!("KEY={}", keys.access_key_id()),
        Err(error) => println!("ERROR={error}"),
    }
}

#[test]
fn c2_the_chain_takes_environment_profile_and_process() {
    let environment = [("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "s")];
    assert!(chain_with(&environment).contains("KEY=AKIDENV"));
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    let process = r#"printf '{"Version":1,"AccessKeyId":"AKIDPROC","SecretAccessKey":"s"}'"#;
    let text = format!(
        "[default]\naws_access_key_id=AKIDDEF\naws_secret_access_key=s\n[profile tool]\ncredential_process={process}\n"
    );
    std::fs::write(&config, text).unwrap();
    let file = ("AWS_CONFIG_FILE", config.to_str().unwrap());
    let none = ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
    assert!(chain_with(&[file, none]).contains("KEY=AKIDDEF"));
    let named = chain_with(&[file, none, ("GANTRY_PROFILE", "tool")]);
    assert!(named.contains("KEY=AKIDPROC"), "{named}");
    let nothing = chain_with(&[("AWS_CONFIG_FILE", "/nonexistent"), none]);
    assert!(nothing.contains("ERROR=no credentials from the default chain"), "{nothing}");
}

#[test]
fn c7_the_chain_exchanges_a_web_identity_token() {
    let server = TestServer::start(|_| granted("AssumeRoleWithWebIdentity", 7, Duration::from_secs(3600)));
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "the-token").unwrap();
    let printed = chain_with(&[
        ("AWS_WEB_IDENTITY_TOKEN_FILE", token.to_str().unwrap()),
        ("AWS_ROLE_ARN", ROLE),
        ("AWS_ENDPOINT_URL_STS", &server.url("")),
        ("AWS_CONFIG_FILE", "/nonexistent"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"),
    ]);
    assert!(printed.contains("KEY=ASIA7"), "{printed}");
    assert!(String::from_utf8_lossy(&server.requests()[0].body).contains("WebIdentityToken=the-token"));
}
