//! Bounds, turns and the end.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

use super::*;

fn background(calls: usize, queue: usize, bytes: usize) -> Arc<Background> {
    let background = Arc::new(Background::default());
    background.resize(&settings::Background { calls, queue, bytes });
    background
}

/// Jobs that wait to be let go, and say how many of them run at once at most.
#[derive(Clone)]
struct Gate {
    open: Arc<Semaphore>,
    running: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Gate {
    fn new() -> Self {
        Gate { open: Arc::new(Semaphore::new(0)), running: Arc::default(), most: Arc::default() }
    }

    fn job(&self, success: Success) -> impl Future<Output = Success> + Send + 'static {
        let gate = self.clone();
        async move {
            let running = gate.running.fetch_add(1, Ordering::SeqCst) + 1;
            gate.most.fetch_max(running, Ordering::SeqCst);
            gate.open.acquire().await.unwrap().forget();
            gate.running.fetch_sub(1, Ordering::SeqCst);
            success
        }
    }
}

fn counted(background: &Background) -> (u64, u64, u64) {
    let counters = background.counters();
    (counters.succeeded.get(), counters.failed.get(), counters.refused.get())
}

#[tokio::test]
async fn so_many_run_so_many_wait_and_the_rest_is_refused() {
    let (background, gate) = (background(2, 3, 100), Gate::new());
    for _ in 0..5 {
        assert_eq!(background.submit(1, gate.job(true)), Ok(()));
    }
    assert_eq!(background.submit(1, gate.job(true)), Err(Full));
    let counters = background.counters();
    assert_eq!((counters.running.get(), counters.waiting.get()), (2, 3));
    while gate.running.load(Ordering::SeqCst) < 2 {
        tokio::task::yield_now().await;
    }
    gate.open.add_permits(5);
    background.idle().await;
    assert_eq!((counted(&background), gate.most.load(Ordering::SeqCst)), ((5, 0, 1), 2));
    assert_eq!((counters.running.get(), counters.waiting.get()), (0, 0));
}

#[tokio::test]
async fn what_waits_is_bounded_in_bytes_too() {
    let (background, gate) = (background(1, 10, 100), Gate::new());
    assert_eq!(background.submit(1000, gate.job(true)), Ok(()), "it does not wait");
    assert_eq!(background.submit(60, gate.job(true)), Ok(()));
    assert_eq!(background.submit(60, gate.job(true)), Err(Full));
    assert_eq!(background.submit(40, gate.job(true)), Ok(()));
    gate.open.add_permits(3);
    background.idle().await;
    assert_eq!(background.submit(100, gate.job(true)), Ok(()), "the room is there again");
}

#[tokio::test]
async fn a_job_that_fails_or_panics_costs_itself_only() {
    let (background, gate) = (background(1, 10, 100), Gate::new());
    background.submit(1, gate.job(false)).unwrap();
    background.submit(1, async { panic!("a defect") }).unwrap();
    background.submit(1, gate.job(true)).unwrap();
    gate.open.add_permits(2);
    background.idle().await;
    assert_eq!(counted(&background), (1, 2, 0));
}

#[tokio::test]
async fn new_bounds_count_at_once() {
    let (background, gate) = (background(2, 10, 100), Gate::new());
    for _ in 0..4 {
        background.submit(1, gate.job(true)).unwrap();
    }
    background.resize(&settings::Background { calls: 1, queue: 0, bytes: 0 });
    assert_eq!(background.submit(0, gate.job(true)), Err(Full));
    gate.open.add_permits(4);
    background.idle().await;
    assert_eq!(counted(&background), (4, 0, 1));
}

#[tokio::test]
async fn closing_drops_what_waits_and_counts_it() {
    let (background, gate) = (background(1, 10, 100), Gate::new());
    for _ in 0..3 {
        background.submit(1, gate.job(true)).unwrap();
    }
    assert_eq!(background.close(), 3);
    assert_eq!(background.submit(1, gate.job(true)), Err(Full));
    gate.open.add_permits(1);
    background.idle().await;
    assert_eq!(counted(&background), (1, 2, 1));
}

#[tokio::test]
async fn nothing_to_do_is_idle_at_once() {
    background(1, 1, 1).idle().await;
}
