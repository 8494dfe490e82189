//! The functions next to the documents, run by the embedded Lambda service.

use std::net::{Ipv4Addr, SocketAddr};

use super::suite::{REGION, Suite};
use crate::local_lambda::{ACCOUNT, CONCURRENCY, LocalLambda, Options};

/// Starts the service where some stand-in wants it. It is called within the process; its handlers are processes of their own.
pub(super) async fn start_local(suite: &Suite, is_wanted: bool) -> Result<Option<LocalLambda>, String> {
    if !is_wanted {
        return Ok(None);
    }
    let options = Options {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        region: suite.live.aws.region.clone().unwrap_or_else(|| REGION.to_owned()),
        account: ACCOUNT.to_owned(),
        access_key_id: "test".to_owned(),
        secret_access_key: "test-secret".to_owned(),
        session_token: None,
        folders: vec![suite.folder.clone()],
        watch: false,
        concurrency: CONCURRENCY,
    };
    let started = LocalLambda::start(options).await;
    started.map(Some).map_err(|error| format!("the local functions cannot run: {error}"))
}
