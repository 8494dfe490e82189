//! Real Lambda functions for tests: Python handlers of the embedded service.

use std::process::Command;

use tempfile::TempDir;

use super::Setup;
use crate::local_lambda::{ACCOUNT, CONCURRENCY, LocalLambda, Options};
use crate::settings::LocalService;
use crate::value::Secret;

const REGION: &str = "eu-west-1";
const KEY: &str = "AKIDLOCAL";
const SECRET: &str = "a local secret";

/// A running service over a folder of handler files.
pub(crate) struct Functions {
    folder: TempDir,
    lambda: LocalLambda,
}

impl Functions {
    /// Starts the service; `None`, said loudly, where there is no Python.
    pub(crate) async fn start<N: AsRef<str>, T: AsRef<str>>(files: &[(N, T)]) -> Option<Self> {
        if !has_python() {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name.as_ref()), text.as_ref()).unwrap();
        }
        let options = Options {
            listen: ([127, 0, 0, 1], 0).into(),
            region: REGION.to_owned(),
            account: ACCOUNT.to_owned(),
            access_key_id: KEY.to_owned(),
            secret_access_key: SECRET.to_owned(),
            session_token: None,
            folders: vec![folder.path().to_owned()],
            watch: false,
            concurrency: CONCURRENCY,
        };
        match LocalLambda::start(options).await {
            Ok(lambda) => Some(Functions { folder, lambda }),
            Err(error) => panic!("{error}"),
        }
    }

    /// Settings under which every `lambda` step calls this service.
    pub(crate) fn setup(&self) -> Setup {
        Setup::default().settings(|settings| {
            settings.aws.local = Some(LocalService {
                endpoint: self.lambda.endpoint(),
                region: REGION.to_owned(),
                access_key_id: KEY.to_owned(),
                secret_access_key: Secret::new(SECRET),
                functions: crate::settings::FunctionNames::default(),
            });
        })
    }

    /// The service as any other endpoint, with keys that it does not know.
    pub(crate) fn setup_with_wrong_keys(&self) -> Setup {
        Setup::with_lambda_at(self.lambda.endpoint())
    }

    /// The text of a file that a function wrote next to its handler.
    pub(crate) fn file(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.folder.path().join(name)).ok()
    }
}

/// Whether there is a Python; says so loudly when there is none.
fn has_python() -> bool {
    let there = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        super::skipped("python3 is not installed, so no function ran here");
    }
    there
}
