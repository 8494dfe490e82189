//! Parts that several policies share.

pub(crate) mod aws_credentials;
pub(crate) mod aws_event;
pub(crate) mod aws_region;
pub(crate) mod body_conversion;
pub(crate) mod call;
mod condition;
pub(crate) mod edit_targets;
mod fault_names;
pub(crate) mod http_call;
mod identity;
pub(crate) mod jwt;
pub(crate) mod lambda_client;
pub(crate) mod local_parameters;
pub(crate) mod off_thread;
pub(crate) mod parse_limits;
pub(crate) mod pcre;
pub(crate) mod required_parameters;
pub(crate) mod script;
mod script_keys;
pub(crate) mod trace_id;
