//! Panics of work that was handed to others.

use std::any::Any;
use std::panic::resume_unwind;

use tokio::task::{JoinError, JoinHandle};

/// The message of a panic.
pub fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// The result of a task that nobody aborts. A panic there goes on here, where it is reported as one.
pub async fn joined<T>(task: JoinHandle<T>) -> T {
    match task.await.map_err(JoinError::try_into_panic) {
        Ok(result) => result,
        Err(Ok(panic)) => resume_unwind(panic),
        // Cancelled: the runtime is ending, and drops this future too.
        Err(Err(_)) => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;

    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_panic_goes_on_where_the_task_is_waited_for() {
        assert_eq!(joined(tokio::task::spawn_blocking(|| 7)).await, 7);
        let task: JoinHandle<()> = tokio::task::spawn_blocking(|| panic!("what {}", "happened"));
        let panic = AssertUnwindSafe(joined(task)).catch_unwind().await.unwrap_err();
        assert_eq!(panic_message(&*panic), "what happened");
    }
}
