//! Connections that no request uses, and when each of them is looked at.
//!
//! [`IdleList`] has those of one origin, and requests take its lock. Nothing is read, written or closed under that lock: what has to be
//! polled or closed is taken out of the list first. [`Due`] has what the pool's own task is to do: deadlines in their order, and
//! connections that something has happened on.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// The number of a connection, by which the list finds it.
pub(super) type ConnectionId = u64;

/// The unused connections of an origin, the one that was used last at the end.
pub(super) struct IdleList<C>(Mutex<Vec<Idle<C>>>);

/// A connection that no request uses.
pub(super) struct Idle<C> {
    pub(super) id: ConnectionId,
    pub(super) since: Instant,
    pub(super) connection: C,
}

/// The work of the pool's own task. `O` is an origin.
pub(super) struct Due<O> {
    state: Mutex<IdleState<O>>,
    /// Told when there is a connection to poll, or an earlier deadline.
    news: Notify,
}

struct IdleState<O> {
    /// By deadline; the number tells equal ones apart.
    deadlines: BTreeMap<(Instant, u64), Weak<O>>,
    number: u64,
    woken: Vec<(Weak<O>, ConnectionId)>,
    /// There is a task.
    is_watched: bool,
}

/// The work that is due now.
pub(super) struct Work<O> {
    /// Origins with a connection whose time may be up.
    pub(super) expired: Vec<Weak<O>>,
    /// Connections to poll.
    pub(super) woken: Vec<(Weak<O>, ConnectionId)>,
    /// The next deadline; `None` when nothing is left to wait for, and the task ends.
    pub(super) next: Option<Instant>,
}

// === impl IdleList ===

impl<C> IdleList<C> {
    pub(super) fn new() -> Self {
        IdleList(Mutex::new(Vec::new()))
    }

    /// Adds a connection that has just been used. It comes back where there are that many already.
    pub(super) fn put(&self, id: ConnectionId, connection: C, most: usize) -> Result<(), C> {
        let mut list = self.lock();
        if list.len() >= most {
            return Err(connection);
        }
        list.push(Idle { id, since: Instant::now(), connection });
        Ok(())
    }

    /// Adds a connection again that has been taken out to be polled, at its old place.
    pub(super) fn put_again(&self, idle: Idle<C>, most: usize) -> Result<(), C> {
        let mut list = self.lock();
        if list.len() >= most {
            return Err(idle.connection);
        }
        let place = list.partition_point(|one| one.since <= idle.since);
        list.insert(place, idle);
        Ok(())
    }

    /// The connection that was used last, unless it has been unused for this long. Then all of them have.
    pub(super) fn take(&self, idle_timeout: Duration) -> Option<(ConnectionId, C)> {
        let mut list = self.lock();
        let Idle { id, connection, .. } = list.pop_if(|last| last.since.elapsed() < idle_timeout)?;
        Some((id, connection))
    }

    pub(super) fn take_by_id(&self, id: ConnectionId) -> Option<Idle<C>> {
        let mut list = self.lock();
        let place = list.iter().position(|one| one.id == id)?;
        Some(list.remove(place))
    }

    /// Those that have been unused for this long, and since when the oldest of the others has been.
    pub(super) fn take_expired(&self, idle_timeout: Duration) -> (Vec<Idle<C>>, Option<Instant>) {
        let (now, mut list) = (Instant::now(), self.lock());
        let fresh = list.iter().position(|one| now.duration_since(one.since) < idle_timeout);
        let count = fresh.unwrap_or(list.len());
        let expired = list.drain(..count).collect();
        (expired, list.first().map(|oldest| oldest.since))
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Idle<C>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Due ===

impl<O> Due<O> {
    pub(super) fn new() -> Self {
        let (deadlines, woken) = (BTreeMap::new(), Vec::new());
        Due { state: Mutex::new(IdleState { deadlines, number: 0, woken, is_watched: false }), news: Notify::new() }
    }

    /// Has an origin looked at then. True where the caller has to start the task.
    #[must_use]
    pub(super) fn at(&self, deadline: Instant, origin: Weak<O>) -> bool {
        let (starts, is_first) = {
            let mut state = self.lock();
            state.number += 1;
            let key = (deadline, state.number);
            state.deadlines.insert(key, origin);
            let is_first = state.deadlines.first_key_value().is_some_and(|(first, _)| *first == key);
            (!std::mem::replace(&mut state.is_watched, true), is_first)
        };
        if is_first {
            self.news.notify_one();
        }
        starts
    }

    /// Something has happened on an unused connection.
    pub(super) fn woken(&self, origin: Weak<O>, id: ConnectionId) {
        self.lock().woken.push((origin, id));
        self.news.notify_one();
    }

    /// Takes what is due. Without anything to wait for, the task that asks is over.
    pub(super) fn work(&self) -> Work<O> {
        let (now, mut state) = (Instant::now(), self.lock());
        let mut expired = Vec::new();
        while let Some(first) = state.deadlines.first_entry()
            && first.key().0 <= now
        {
            expired.push(first.remove());
        }
        let woken = std::mem::take(&mut state.woken);
        let next = state.deadlines.first_key_value().map(|((deadline, _), _)| *deadline);
        state.is_watched = !(expired.is_empty() && woken.is_empty() && next.is_none());
        Work { expired, woken, next }
    }

    /// Waits until there may be work again.
    pub(super) async fn wait(&self, next: Instant) {
        // Either way there may be.
        drop(tokio::time::timeout_at(next, self.news.notified()).await);
    }

    fn lock(&self) -> MutexGuard<'_, IdleState<O>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(60);

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_used_is_taken_first_and_the_oldest_expire_first() {
        let list = IdleList::new();
        for id in 0..4 {
            assert!(list.put(id, id, 4).is_ok());
            tokio::time::advance(seconds(10)).await;
        }
        assert_eq!(list.put(9, 9, 4), Err(9));
        assert_eq!(list.take(TIMEOUT), Some((3, 3)));
        tokio::time::advance(seconds(35)).await;
        let (expired, oldest) = list.take_expired(TIMEOUT);
        assert_eq!(expired.iter().map(|one| one.id).collect::<Vec<_>>(), [0, 1]);
        assert_eq!((oldest.unwrap().elapsed(), list.len()), (seconds(55), 1));
        tokio::time::advance(seconds(5)).await;
        assert_eq!(list.take(TIMEOUT), None);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_was_polled_comes_back_to_its_place() {
        let list = IdleList::new();
        for id in 0..3 {
            assert!(list.put(id, id, 3).is_ok());
            tokio::time::advance(seconds(1)).await;
        }
        let polled = list.take_by_id(1).unwrap();
        assert!(list.take_by_id(1).is_none());
        assert!(list.put_again(polled, 3).is_ok());
        let order = std::iter::from_fn(|| list.take(TIMEOUT)).map(|(id, _)| id);
        assert_eq!(order.collect::<Vec<_>>(), [2, 1, 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_is_due_is_work() {
        let (due, origins) = (Due::new(), [1, 2, 3].map(Arc::new));
        let start = Instant::now();
        let after = |number: u64| start + seconds(number);
        let names = |work: Work<u64>| {
            let expired: Vec<u64> = work.expired.iter().filter_map(Weak::upgrade).map(|origin| *origin).collect();
            (expired, work.woken.iter().map(|(_, id)| *id).collect::<Vec<_>>(), work.next)
        };
        assert!(due.at(after(30), Arc::downgrade(&origins[0])));
        assert!(!due.at(after(10), Arc::downgrade(&origins[1])));
        assert!(!due.at(after(20), Arc::downgrade(&origins[2])));
        assert_eq!(names(due.work()), (vec![], vec![], Some(after(10))));
        due.woken(Arc::downgrade(&origins[0]), 7);
        due.wait(after(10)).await;
        assert_eq!(Instant::now(), start, "a wake-up is seen at once");
        assert_eq!(names(due.work()), (vec![], vec![7], Some(after(10))));
        due.wait(after(10)).await;
        assert_eq!(names(due.work()), (vec![2], vec![], Some(after(20))));
        tokio::time::advance(seconds(60)).await;
        assert_eq!(names(due.work()), (vec![3, 1], vec![], None));
        // Asked once more, there is nothing, and the next deadline needs a new task.
        assert_eq!(names(due.work()), (vec![], vec![], None));
        assert!(due.at(after(100), Arc::downgrade(&origins[0])));
    }
}
