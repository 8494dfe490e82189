use std::sync::Arc;

use tokio::time::Instant;

use crate::expression::{Edit, ExpressionError, Jsonata, Scope};
use crate::policy::kit::body_conversion::transform_error;
use crate::policy::kit::edit_targets::Target;
use crate::policy::kit::off_thread;
use crate::runtime::{Context, Fault, Outcome, Step, kinds};
use crate::value::{Value, ValueRef};

/// A compiled `extract`.
pub(super) struct Extract(pub Arc<[Change]>);

/// One of its `extracts`.
pub(super) struct Change {
    pub target: Target,
    pub transform: Jsonata,
}

impl Step for Extract {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let with_xpath = self.0.iter().any(|change| change.target.is_xpath());
        let size = off_thread::size_of_bodies(cx, with_xpath);
        off_thread::work(&self.0, cx, size, |changes, cx| changes.iter().try_for_each(|change| change.apply(cx)))
    }
}

impl Change {
    fn apply(&self, cx: &mut Context) -> Result<(), Fault> {
        let deadline = cx.state.budget.deadline;
        let mut late = false;
        let edited = self.target.edit(cx, &mut |value, scope| {
            // There may be many places, and the expression may be slow.
            late = late || Instant::now() > deadline;
            if late {
                return Ok(Edit::Replace(Value::NULL));
            }
            self.transformed(value.view(), scope).map(Edit::Replace)
        });
        if late {
            return Err(transform_error("nothing can be extracted: the request took longer than the gateway allows"));
        }
        edited.map_err(|error| error.fault(&kinds::TRANSFORM, "nothing can be extracted"))
    }

    /// Of a list, every item is a value of its own, as JSONata has it.
    fn transformed(&self, value: ValueRef<'_>, scope: &dyn Scope) -> Result<Value, ExpressionError> {
        match value.as_list() {
            Some(items) => {
                let items: Result<Vec<Value>, _> = items.iter().map(|item| self.transformed(item, scope)).collect();
                Ok(items?.into())
            }
            None => self.transform.evaluate_on(&value.to_value(), scope),
        }
    }
}
