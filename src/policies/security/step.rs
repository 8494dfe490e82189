use std::sync::Arc;

use crate::identity::{Directory, Guard, Outputs, Refusal, Way, caller, fault, security_fault};
use crate::runtime::{Context, Fault, Next, Outcome, Step};

/// Lets a request in by one of the alternatives that its operation has.
pub(super) struct Enforce {
    pub guard: Arc<Guard>,
    pub outputs: Outputs,
    pub directory: Option<Arc<Directory>>,
}

impl Step for Enforce {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        match self.guard.ways(cx.state.route.operation.number) {
            None => Outcome::done(),
            Some(ways) => Outcome::wait(self.enforce(ways, cx)),
        }
    }
}

impl Enforce {
    async fn enforce(&self, ways: &[Way], cx: &mut Context) -> Result<Next, Fault> {
        let mut refusals = Vec::new();
        // A way that names an application goes first, so that a request which could use several is known by it.
        for with_application in [true, false] {
            for (number, way) in ways.iter().enumerate() {
                if !is_open(number, with_application, cx) {
                    continue;
                }
                match self.pass(way, cx).await {
                    Ok(()) => {
                        self.settle(number, cx);
                        return Ok(Next::Continue);
                    }
                    Err(refusal) => refusals.push(refusal),
                }
            }
        }
        Err(security_fault(fault(&refusals), cx.state.route.pipeline.generation))
    }

    async fn pass(&self, way: &Way, cx: &mut Context) -> Result<(), Refusal> {
        for demanded in way {
            demanded.pass(&self.outputs, cx).await?;
        }
        Ok(())
    }

    /// The caller is the application that this alternative names, and not one that another alternative would have.
    fn settle(&self, number: usize, cx: &mut Context) {
        let state = &mut *cx.state;
        let demand = state.route.operation.clients.get(number).filter(|demand| !demand.is_open());
        state.identity.caller = self.directory.as_ref().and_then(|directory| match demand {
            Some(demand) => caller(directory, demand, state).ok(),
            None => directory.anonymous(state.route.pipeline.generation).cloned(),
        });
    }
}

/// Whether the stage before has left this way open: it asks for no application, or for one that was found.
fn is_open(number: usize, with_application: bool, cx: &Context) -> bool {
    let asks = cx.state.route.operation.clients.get(number).is_some_and(|demand| !demand.is_open());
    asks == with_application && (!asks || cx.state.identity.identified & (1 << number) != 0)
}
