// SPDX-License-Identifier: Apache-2.0
//! Closures as tasks of the boundary: run at most once, dropped exactly once.
use super::{barrier, Host};
use crate::raw::jct_task;
use crate::{Here, Plugin, Remote, Result, Status};
use std::os::raw::c_void;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

struct Held<F> {
    host: Host,
    place: &'static str,
    body: Option<F>,
}

unsafe extern "C" fn run<F: FnOnce() -> Result<()>>(this: *mut c_void) {
    // SAFETY: it was made by `boxed`, and `drop` has not come yet.
    let held = unsafe { &mut *this.cast::<Held<F>>() };
    if let Some(body) = held.body.take() {
        drop(barrier::guarded(&held.host, held.place, body));
    }
}

unsafe extern "C" fn drop_it<F>(this: *mut c_void) {
    // SAFETY: it was made by `boxed`, and this comes once.
    let held = unsafe { Box::from_raw(this.cast::<Held<F>>()) };
    let host = held.host.clone();
    drop(barrier::guarded(&host, "drop", || {
        drop(held);
        Ok(())
    }));
}

fn boxed<F: FnOnce() -> Result<()> + Send + 'static>(host: &Host, place: &'static str, body: F) -> jct_task {
    let held = Box::new(Held { host: host.clone(), place, body: Some(body) });
    jct_task { this: Box::into_raw(held).cast(), run: Some(run::<F>), drop: Some(drop_it::<F>) }
}

/// A task that the kernel is not given after all.
pub(crate) fn discard(task: jct_task) {
    ask!(task.drop, (), task.this);
}

pub(crate) fn on_loop<P: Plugin>(
    remote: &Remote<P>,
    place: &'static str,
    body: impl FnOnce(&Here<'_, P>) -> Result<()> + Send + 'static,
) -> jct_task {
    let to = remote.clone();
    boxed(&remote.host, place, move || {
        // SAFETY: the kernel runs no task of an instance that is stopping.
        body(&Here::of(unsafe { to.instance() }))
    })
}

/// Work for the pool, what follows it on the loop, and what follows where it takes too long; `done` is called by one of
/// the latter two.
pub(crate) fn offloaded<P: Plugin, T: Send + 'static>(
    remote: &Remote<P>,
    work: impl FnOnce() -> T + Send + 'static,
    done: impl FnOnce(&Here<'_, P>, Result<T>) -> Result<()> + Send + 'static,
) -> (jct_task, jct_task, jct_task) {
    let result = Arc::new(Mutex::new(None));
    let done = Arc::new(Mutex::new(Some(done)));
    let (to_be_filled, to_be_late) = (result.clone(), done.clone());
    let work = boxed(&remote.host, "work", move || {
        let came = barrier::contained(|| Ok(work()));
        let failed = came.as_ref().err().cloned();
        *locked(&to_be_filled) = Some(came);
        failed.map_or(Ok(()), Err)
    });
    let followed = on_loop(remote, "done", move |here| {
        let came = locked(&result).take().unwrap_or_else(|| Err(Status::FAULT.into()));
        let done = locked(&done).take();
        done.map_or(Ok(()), |done| done(here, came))
    });
    let late = on_loop(remote, "late", move |here| {
        let done = locked(&to_be_late).take();
        done.map_or(Ok(()), |done| done(here, Err(Status::TIMEOUT.into())))
    });
    (work, followed, late)
}

/// Nothing panics while these are held.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
