use crate::runtime::{Context, Next, Outcome, Step};

/// A call after which the flow goes to `finally`.
pub(super) struct Last(pub Box<dyn Step>);

impl Step for Last {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        match self.0.run(cx) {
            Outcome::Ready(result) => Outcome::Ready(result.map(|_| Next::Stop)),
            Outcome::Timely(call) => Outcome::timely(async { call.await.map(|_| Next::Stop) }),
            Outcome::Wait(call) => Outcome::wait(async { call.await.map(|_| Next::Stop) }),
        }
    }
}
