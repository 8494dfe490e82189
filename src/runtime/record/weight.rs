//! The memory that records take, about.

use super::shape::{CallRecord, Content, Details, FaultRecord, MessageView, Record, StepRecord};

impl Record {
    /// About how many bytes it takes in memory.
    pub fn weight(&self) -> usize {
        let Details { messages, steps, faults, .. } = &self.details;
        let messages = messages.iter().chain(&self.answer).map(MessageView::weight);
        let texts = [&self.id, &self.time, &self.client, &self.method, &self.path, &self.protocol];
        let more = [&self.query, &self.api, &self.operation, &self.refused].into_iter().flatten();
        let own: usize = texts.into_iter().chain(more).map(String::len).sum();
        let steps = steps.iter().map(StepRecord::weight);
        let faults = faults.iter().map(|fault| size_of::<FaultRecord>() + fault.message.len() + fault.name.len());
        size_of::<Record>() + own + messages.chain(steps).chain(faults).sum::<usize>()
    }
}

impl StepRecord {
    fn weight(&self) -> usize {
        let reads = self.reads.iter().map(|one| one.name.len() + one.value.as_ref().map_or(0, Content::weight) + 64);
        let writes = self.writes.iter().map(|one| one.name.len() + one.before.weight() + one.after.weight());
        let calls = self.calls.iter().map(|call| {
            let messages: usize = call.request.iter().chain(&call.answer).map(MessageView::weight).sum();
            let contents: usize = call.log.iter().chain(&call.result).map(Content::weight).sum();
            size_of::<CallRecord>() + call.target.len() + messages + contents
        });
        let own = size_of::<StepRecord>() + self.policy.len() + self.title.len() + self.place.len();
        own + reads.chain(writes).chain(calls).sum::<usize>()
    }
}

impl MessageView {
    /// The bytes that are kept of it.
    pub(super) fn weight(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| name.len() + value.len() + 64);
        headers.sum::<usize>() + self.body.weight()
    }
}

impl Content {
    /// The bytes that are kept of it.
    pub(super) fn weight(&self) -> usize {
        self.text.len() + 64
    }
}
