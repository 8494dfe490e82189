//! Answers that are kept: what the service is asked, counted, and what the client gets.

mod bounds;
mod keys;
mod protocol;
mod revalidation;
mod time_to_live;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use time::OffsetDateTime;
use time::macros::format_description;

use super::{Bench, invoke};
use crate::resources::cache::CacheCounters;
use crate::test_support::{Answer, Ask, Recorded, Reply};

/// Headers as a test writes them.
type Headers = &'static [(&'static str, &'static str)];

impl Bench {
    /// A service whose answers have these headers; the body of the first is `1`, of the second `2`.
    fn counting(assembly: &str, status: u16, headers: Headers) -> Self {
        let count = AtomicUsize::new(0);
        Bench::answering(assembly, move |_| {
            let body = (count.fetch_add(1, Ordering::SeqCst) + 1).to_string();
            reply(status, headers, &body)
        })
    }

    /// Calls that reached the service.
    fn calls(&self) -> usize {
        self.service.requests().len()
    }

    /// Lets time pass for what is stored.
    fn pass(&self, seconds: u64) {
        self.gateway.resources.cache().pass(seconds);
    }

    fn counters(&self) -> &CacheCounters {
        self.gateway.resources.cache().counters()
    }

    async fn ask(&self, headers: Headers) -> Answer {
        self.gateway.ask(ask(headers)).await
    }
}

/// One `invoke` with these properties and the client's query.
fn caching(properties: &str) -> String {
    let target = "target-url: '${UPSTREAM}/things$(request.search)'";
    if properties.is_empty() { invoke(target) } else { invoke(&format!("{target}, {properties}")) }
}

fn ask(headers: Headers) -> Ask {
    headers.iter().fold(Ask::get("/example/7"), |ask, (name, value)| ask.header(name, value))
}

fn reply(status: u16, headers: Headers, body: &str) -> Reply {
    let headers = headers.iter().map(|(name, value)| (*name, said(value))).collect();
    Reply::Reply(status, headers, body.as_bytes().to_vec())
}

/// `now+60` and `now-60` stand for dates.
fn said(value: &str) -> String {
    let Some(seconds) = value.strip_prefix("now") else { return value.to_owned() };
    let seconds: i64 = if seconds.is_empty() { 0 } else { seconds.parse().unwrap() };
    let (ahead, back) = (seconds.max(0) as u64, (-seconds).max(0) as u64);
    http_date(SystemTime::now() + Duration::from_secs(ahead) - Duration::from_secs(back))
}

fn http_date(time: SystemTime) -> String {
    let form =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    OffsetDateTime::from(time).format(&form).unwrap()
}

/// `304` to a question about this entity tag, `200` to any other.
fn validating(etag: &'static str, fresh: Headers, news: Headers) -> impl Fn(&Recorded) -> Reply + Send + Sync {
    move |seen: &Recorded| match seen.header("if-none-match") == Some(etag) {
        true => reply(304, news, ""),
        false => reply(200, fresh, "whole"),
    }
}
