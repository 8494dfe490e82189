//! A compiled call: what every request of the step is made from.

use std::sync::Arc;
use std::time::Duration;

use http::Method;

use super::authority::Hosts;
use super::cache::ResponseCache;
use super::clients::Clients;
use super::config::StopOn;
use super::control::Control;
use super::outgoing::Shape;
use super::secrets::Secrets;
use super::sigv4::SigV4;
use super::tail::Tail;
use super::url::Target;
use crate::expression::Root;
use crate::resources::upstreams::Upstream;
use crate::runtime::CallSite;

/// A compiled `invoke`.
pub(super) struct Invoke {
    pub site: CallSite,
    pub clients: Clients,
    pub cache: ResponseCache,
    pub target: Target,
    /// The upstream that the target names.
    pub upstream: Option<Arc<Upstream>>,
    pub hosts: Hosts,
    pub tail: Tail,
    /// `None` keeps the client's.
    pub verb: Option<Method>,
    pub timeout: Duration,
    pub headers: Control,
    pub secrets: Secrets,
    pub signature: Option<SigV4>,
    pub shape: Shape,
    pub follow_redirects: bool,
    pub input: Root,
    pub output: Root,
    pub stops: StopOn,
    /// Whether the document of a failed call says more than that of IBM's gateways, which is the same for every failure.
    pub says_why: bool,
}
