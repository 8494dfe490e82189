//! The service over real sockets, with real handler processes.

mod calls;
mod events;
mod folders;
mod injected_faults;
mod live_edits;
mod processes;
mod signature;
mod signer;
mod streams;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::broadcast;

use super::{ACCOUNT, LocalLambda, Notice, Options};
use signer::{Answer, Call};

/// A running service over a folder of handler files.
struct Bench {
    folder: TempDir,
    lambda: LocalLambda,
    notices: broadcast::Receiver<Notice>,
}

impl Bench {
    async fn with(files: &[(&str, &str)]) -> Bench {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).expect("a handler file");
        }
        let lambda = LocalLambda::start(options(folder.path())).await;
        let lambda = lambda.unwrap_or_else(|error| panic!("{error}"));
        let notices = lambda.notices();
        Bench { folder, lambda, notices }
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("a handler file");
    }

    fn call(&self, function: &str, payload: &str) -> Call {
        Call::new(&self.lambda.endpoint(), function, payload)
    }

    /// The payload of a call that must succeed.
    async fn value(&self, function: &str, payload: &str) -> Value {
        let answer: Answer = self.call(function, payload).send().await;
        assert_eq!((answer.status, answer.header("x-amz-function-error")), (200, None), "{}", answer.text());
        answer.json()
    }

    /// Waits until a handler writes this line.
    async fn says(&mut self, text: &str) {
        let said = async {
            while !matches!(self.notices.recv().await.expect("a notice"), Notice::Log { line, .. } if line == text) {}
        };
        tokio::time::timeout(Duration::from_secs(20), said).await.expect("the line");
    }

    /// The next notice that is not a log line.
    async fn news(&mut self) -> Notice {
        let news = async {
            loop {
                match self.notices.recv().await.expect("a notice") {
                    Notice::Log { .. } => {}
                    notice => return notice,
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(5), news).await.expect("a notice within 5 s")
    }
}

fn options(folder: &Path) -> Options {
    Options {
        listen: ([127, 0, 0, 1], 0).into(),
        region: "eu-west-1".to_owned(),
        account: ACCOUNT.to_owned(),
        access_key_id: signer::KEY.to_owned(),
        secret_access_key: signer::SECRET.to_owned(),
        session_token: None,
        folders: vec![folder.to_owned()],
        watch: true,
        concurrency: 2,
    }
}

/// Whether a program is there; says so loudly when it is not.
fn has(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok();
    if !there {
        crate::test_support::skipped(&format!("{program} is not installed, so nothing was tested here"));
    }
    there
}
