//! Scheme, host and port of a target: known at load, or allowed at run time.

use super::literal_hosts::LiteralHosts;
use super::origin::{Origin, UPSTREAM};
use crate::assembly::{Allowed, AllowedHosts, Carrier};
use crate::base::{Reported, codes, did_you_mean, nearest};
use crate::expression::{Builtin, Part, Reference, Root};
use crate::policy::Compiler;

/// The help text for the start of a URL.
const START: &str = "start with `https://host`, or with a `$(property)` of the API that holds it";

/// The part of a URL after the text at its start.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AfterHost {
    /// The text is the whole URL.
    Nothing,
    /// A value that starts with a slash or is empty.
    Path,
    /// The client's query with its question mark.
    Query,
    /// A value that could go on with the host's name.
    Anything,
}

/// The source of a call's host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Authority {
    /// The document.
    Fixed,
    /// A variable, and the list of allowed hosts has the last word.
    Open,
}

/// The hosts that a call may go to when the document does not say where it goes.
pub(super) struct Hosts {
    pub allowed: AllowedHosts,
    /// Those that the document writes into the variable.
    pub literal: LiteralHosts,
    /// Under IBM's carriers an empty list allows every host, as on IBM's gateway.
    pub required: bool,
}

impl AfterHost {
    pub(super) fn of(reference: &Reference) -> Self {
        let path: Vec<&str> = reference.path.iter().map(|part| &**part).collect();
        match (&reference.root, path.as_slice()) {
            (Root::Builtin(Builtin::Request), ["path"]) => AfterHost::Path,
            (Root::Builtin(Builtin::Request), ["search"]) => AfterHost::Query,
            (Root::Builtin(Builtin::Api), ["root"] | ["operation", "path"]) => AfterHost::Path,
            _ => AfterHost::Anything,
        }
    }
}

impl Hosts {
    /// Whether a call may go there, and whether the document names that host. `None` says no.
    pub(super) fn find(&self, origin: &Origin) -> Option<bool> {
        if self.literal.origins.contains(origin) {
            return Some(true);
        }
        let default_port = if origin.is_https() { 443 } else { 80 };
        match self.allowed.find(&origin.host, origin.port, default_port) {
            Some(allowed) => Some(allowed == Allowed::ByName),
            None => (self.allowed.is_empty() && !self.required).then_some(false),
        }
    }
}

/// Scheme and host stand before the first reference, and something ends the host there; or the document allows hosts.
pub(super) fn check(parts: &[Part], hosts: &Hosts, compiler: &mut Compiler<'_, '_>) -> Result<Authority, Reported> {
    let (first, after) = match parts {
        [Part::Text(first), Part::Reference(reference), ..] => (&**first, AfterHost::of(reference)),
        [Part::Text(first), ..] => (&**first, AfterHost::Nothing),
        [Part::Reference(_), ..] => ("", AfterHost::Anything),
        [] => ("", AfterHost::Nothing),
    };
    let whole = after == AfterHost::Nothing;
    if let Some(rest) = first.strip_prefix(UPSTREAM).and_then(|rest| rest.strip_prefix("://")) {
        return upstream(rest, after, compiler);
    }
    let rest = first.strip_prefix("https://").or_else(|| first.strip_prefix("http://"));
    let Some(rest) = rest else {
        if !whole && (first.is_empty() || first == "http" || first == "https") {
            return open("the host of this URL is only known at run time", START, parts, hosts, compiler);
        }
        let message = "the target URL does not start with `https://` or `http://`";
        return Err(compiler.error(codes::BAD_TARGET, "/target-url", message));
    };
    let end = rest.find(['/', '?', '#']);
    let authority = &rest[..end.unwrap_or(rest.len())];
    if end.is_none() && after == AfterHost::Anything && !authority.is_empty() {
        let help = format!("write `/` behind `{authority}`");
        return open("what follows could change the host of this URL", &help, parts, hosts, compiler);
    }
    if authority.is_empty() && !whole && end.is_none() {
        return open("the target URL has no host that is known at load", START, parts, hosts, compiler);
    }
    if authority.is_empty() {
        return Err(compiler.error(
            codes::BAD_TARGET,
            "/target-url",
            "the target URL has no host that is known at load",
        ));
    }
    valid(authority, compiler).map(|()| Authority::Fixed)
}

/// A host that only run time knows: refused, allowed by the document's list, or, in documents of IBM's gateway, run as
/// there with a warning.
fn open(
    message: &str,
    help: &str,
    parts: &[Part],
    hosts: &Hosts,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Authority, Reported> {
    let are_known = hosts.literal.only && !hosts.literal.origins.is_empty();
    if are_known || !hosts.allowed.is_empty() {
        return Ok(Authority::Open);
    }
    let meant = mistyped_property(parts, compiler).map(|name| did_you_mean(&[format!("$({name})")]));
    if compiler.carrier == Carrier::Ibm {
        let message = compiler.without_masked(message.to_owned());
        let help = meant.unwrap_or_else(|| compiler.without_masked(help.to_owned()).into());
        compiler.warning(codes::OPEN_TARGET, "/target-url", message, help);
        return Ok(Authority::Open);
    }
    let hosts = || format!("{help}; or name the hosts in `allowed-hosts` under `x-assembly`").into();
    Err(compiler.error_with_help(codes::OPEN_TARGET, "/target-url", message, meant.unwrap_or_else(hosts)))
}

/// The property that the first variable of a URL is like, where no step sets that variable.
fn mistyped_property(parts: &[Part], compiler: &Compiler<'_, '_>) -> Option<String> {
    let reference = parts.iter().find_map(|part| match part {
        Part::Reference(reference) => Some(reference),
        Part::Text(_) => None,
    });
    let Root::Slot(slot) = reference?.root else { return None };
    let name = compiler.names.symbols.name(slot);
    let properties = compiler.names.properties.iter().map(|property| &*property.name);
    let near = nearest(name, properties).first().map(|near| (*near).to_owned());
    near.filter(|_| !compiler.names.assigned.contains(name))
}

/// The name of an upstream is known at load.
fn upstream(rest: &str, after: AfterHost, compiler: &mut Compiler<'_, '_>) -> Result<Authority, Reported> {
    let end = rest.find(['/', '?', '#']);
    let name = &rest[..end.unwrap_or(rest.len())];
    if name.is_empty() || (end.is_none() && after == AfterHost::Anything) {
        let message = "the name of an upstream has to be known at load";
        let help = "write `upstream://NAME/`, or `upstream://$(property)/` with a property of the API";
        return Err(compiler.error_with_help(codes::BAD_TARGET, "/target-url", message, help));
    }
    let upstreams = &compiler.shared.settings.upstreams;
    if !upstreams.contains_key(name) {
        let known: Vec<&str> = upstreams.keys().map(String::as_str).collect();
        compiler.missing_object("/target-url", "upstream", "upstreams", name, &known)?;
    }
    Ok(Authority::Fixed)
}

fn valid(authority: &str, compiler: &mut Compiler<'_, '_>) -> Result<(), Reported> {
    if authority.contains('@') {
        let message = "a target URL holds no user name and password";
        let help = "write them as `username` and `password`";
        return Err(compiler.error_with_help(codes::BAD_TARGET, "/target-url", message, help));
    }
    // The last colon of a bare IPv6 address is inside its brackets.
    let port = authority.rsplit_once(':').map(|(_, port)| port).filter(|port| !port.ends_with(']'));
    let good_port = port.is_none_or(|port| port.parse::<u16>().is_ok());
    match authority.parse::<http::uri::Authority>() {
        Ok(_) if good_port => Ok(()),
        _ => Err(compiler.error(codes::BAD_TARGET, "/target-url", format!("`{authority}` is not a host"))),
    }
}
