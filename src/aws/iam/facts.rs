//! The keys of conditions that are known of a request.

use std::borrow::Cow;
use std::net::IpAddr;

/// The facts that conditions may ask for.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub source_ip: IpAddr,
    /// Seconds since 1970.
    pub time: i64,
    pub referer: Option<&'a str>,
    pub user_agent: Option<&'a str>,
    /// Whether the client speaks TLS.
    pub is_secure: bool,
}

impl<'a> Facts<'a> {
    /// The value of a key. The outer `None` is a key that is not known here, the inner one a key without a value.
    pub(super) fn value(&self, key: &str) -> Option<Option<Cow<'a, str>>> {
        let made = |text: String| Some(Cow::Owned(text));
        Some(match &*key.to_ascii_lowercase() {
            "aws:sourceip" => made(self.source_ip.to_string()),
            "aws:currenttime" | "aws:epochtime" => made(self.time.to_string()),
            "aws:referer" => self.referer.map(Cow::Borrowed),
            "aws:useragent" => self.user_agent.map(Cow::Borrowed),
            "aws:securetransport" => made(self.is_secure.to_string()),
            _ => return None,
        })
    }
}
