//! Promises that were rejected and that nothing has handled yet.

use std::cell::RefCell;

use rquickjs::{Object, Value};

use super::failure::Failure;

/// Rejections that are remembered: the first is what the log shows.
const MOST: usize = 256;

/// The failures; the promises are in the engine, under their numbers.
#[derive(Default)]
pub(super) struct Rejected(RefCell<Vec<Option<Failure>>>);

impl Rejected {
    /// The first rejection that nothing handled.
    pub(super) fn take(&self) -> Option<Failure> {
        std::mem::take(&mut *self.0.borrow_mut()).into_iter().flatten().next()
    }

    /// `kept` has an object for the promises, which no script reaches.
    pub(super) fn note<'js>(&self, kept: &Object<'js>, promise: &Value<'js>, reason: &Value<'js>, is_handled: bool) {
        let Ok(promises) = kept.get::<_, Object<'js>>("rejected") else { return };
        if is_handled {
            let mut all = self.0.borrow_mut();
            let is_it = |at: &usize| promises.get::<_, Value<'js>>(*at as u32).is_ok_and(|known| known == *promise);
            if let Some(at) = (0..all.len()).find(is_it) {
                all[at] = None;
            }
            return;
        }
        let at = self.0.borrow().len();
        if at < MOST && promises.set(at as u32, promise.clone()).is_ok() {
            // What describes the reason may run the script.
            let failure = Failure::thrown(reason);
            self.0.borrow_mut().push(Some(failure));
        }
    }
}
