//! `client-config`: the settings of a client as IBM's kind `InvokeAWSLambda` writes them.

use schemars::JsonSchema;
use serde::Deserialize;

/// The settings of a client. Times are milliseconds; 0 is none.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ClientConfig {
    /// How long one call may take, in milliseconds.
    pub request_timeout: Option<u64>,
    /// How long one call may wait for its answer, in milliseconds: here the same as `requestTimeout`, and the smaller of both counts.
    pub socket_timeout: Option<u64>,
    /// The same as `timeout`, in milliseconds.
    pub client_execution_timeout: Option<u64>,
    /// The same as `connect-timeout`, in milliseconds.
    pub connection_timeout: Option<u64>,
    /// How many calls are made after the first: `attempts` of `retry` is one more. When they are made, `retry` says.
    pub client_retry_count: Option<u32>,
    /// The same as `retry: throttled`.
    pub enable_throttled_retries: Option<bool>,
    /// How long a connection may stand unused, in milliseconds.
    pub max_connection_idle_time: Option<u64>,
    /// TCP keep-alive, which is always on.
    pub enable_keep_alive: Option<bool>,
    /// Without effect.
    pub connection_expiration_timeout: Option<i64>,
    /// Without effect.
    pub enable_expect_continue: Option<bool>,
    /// Without effect.
    pub enable_gzip: Option<bool>,
    /// Without effect.
    pub enable_host_prefix_injection: Option<bool>,
    /// Without effect.
    pub enable_response_metadata_cache: Option<bool>,
    /// Without effect.
    pub response_metadata_cache_size: Option<i64>,
    /// Calls are signed with version 4.
    pub signature_algorithm: Option<String>,
    /// Without effect.
    pub tcp_send_buffer_size_hint: Option<i64>,
    /// Without effect.
    pub tcp_receive_buffer_size_hint: Option<i64>,
    /// Without effect: whether a function may run twice, `retry: always` says.
    pub server_retry_count: Option<u32>,
}
