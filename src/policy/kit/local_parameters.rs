//! The steps around a user-defined policy: its parameters are in `local.parameter` while its own steps run.

use std::sync::Arc;

use crate::expression::Template;
use crate::runtime::{Context, Outcome, Slot, Step};
use crate::value::Value;

/// Sets `local.parameter` for a block, and keeps what it was.
pub(crate) struct Enter {
    pub local: usize,
    pub saved: usize,
    pub parameters: Box<[(Arc<str>, Template)]>,
}

/// Puts back what `local` was.
pub(crate) struct Leave {
    pub local: usize,
    pub saved: usize,
}

impl Step for Enter {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let values = self.parameters.iter().map(|(name, value)| (name.clone(), value.value(cx)));
        let parameters = Value::object(values.collect::<Vec<_>>());
        let local = Slot::Value(Value::object([("parameter", parameters)]));
        let slots = &mut cx.state.variables.slots;
        if let Some(old) = slots.get_mut(self.local).map(|slot| std::mem::replace(slot, local))
            && let Some(saved) = slots.get_mut(self.saved)
        {
            // Null says that there was none, nothing that no policy has been entered.
            *saved = if old.is_empty() { Slot::Value(Value::NULL) } else { old };
        }
        Outcome::done()
    }
}

/// At the start of a handler: a fault inside of policies has left them without their end.
pub(crate) struct Settle {
    pub local: usize,
    /// The slots in which the policies inside saved the variable, the outermost first.
    pub saved: Box<[usize]>,
}

impl Step for Settle {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let slots = &mut cx.state.variables.slots;
        let kept: Vec<Slot> = self.saved.iter().filter_map(|slot| slots.get_mut(*slot).map(std::mem::take)).collect();
        let outermost = kept.into_iter().find(|variable| !variable.is_empty());
        if let (Some(old), Some(local)) = (outermost, slots.get_mut(self.local)) {
            *local = old;
        }
        Outcome::done()
    }
}

impl Step for Leave {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let slots = &mut cx.state.variables.slots;
        if let Some(old) = slots.get_mut(self.saved).map(std::mem::take)
            && let Some(local) = slots.get_mut(self.local)
        {
            *local = old;
        }
        Outcome::done()
    }
}
