//! The limits that a request was counted against.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{HeaderName, HeaderValue};

use crate::base::Generation;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");

/// A limit after the request was counted.
#[derive(Debug, Clone)]
pub struct LimitState {
    pub name: Arc<str>,
    pub limit: u64,
    pub remaining: u64,
    /// Until it begins anew.
    pub reset: Duration,
    /// Whether the client is told.
    pub shown: bool,
}

/// The limits of a request.
#[derive(Default)]
pub struct RateLimitStates {
    all: Vec<LimitState>,
    /// Guards that take counts back at the end of the request.
    held: Vec<Box<dyn Any + Send>>,
}

impl RateLimitStates {
    /// Notes a limit; the same one again takes the place of what was known.
    pub fn note(&mut self, state: LimitState) {
        match self.all.iter_mut().find(|known| known.name == state.name) {
            Some(known) => *known = state,
            None => self.all.push(state),
        }
    }

    /// Keeps something until the request is over.
    pub fn hold(&mut self, held: impl Any + Send) {
        self.held.push(Box::new(held));
    }

    pub fn all(&self) -> &[LimitState] {
        &self.all
    }

    /// The headers that tell the client of its limits, as IBM's gateway writes them: `name=default,100;`. The v5 engine leaves the
    /// name of a single limit out.
    pub fn headers(&self, generation: Generation) -> impl Iterator<Item = (HeaderName, HeaderValue)> + use<> {
        let is_single = generation == Generation::V5 && self.all.len() == 1;
        let text = |number: fn(&LimitState) -> u64| {
            let shown = self.all.iter().filter(|state| state.shown);
            let one = |state: &LimitState| match is_single {
                true => number(state).to_string(),
                false => format!("name={},{};", state.name, number(state)),
            };
            let each: Vec<String> = shown.map(one).collect();
            HeaderValue::from_str(&each.join(" ")).ok().filter(|value| !value.is_empty())
        };
        let both = [(LIMIT, text(|state| state.limit)), (REMAINING, text(|state| state.remaining))];
        both.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

impl fmt::Debug for RateLimitStates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RateLimitStates").field(&self.all).finish()
    }
}
