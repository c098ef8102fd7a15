// SPDX-License-Identifier: Apache-2.0
//! Timers of a loop.
use super::{lifecycle, task, Host};
use crate::raw::*;
use crate::status::checked;
use crate::{Here, Plugin, Remote, Result};
use std::cell::Cell;
use std::marker::PhantomData;
use std::os::raw::c_void;
use std::rc::Rc;
use std::time::Duration;

type Run<P> = dyn FnMut(&Here<'_, P>) -> Result<()> + Send;

/// What a timer or a watch calls, and whether it still may: it lives until both its handle and a call that is under way
/// are done with it.
pub(crate) struct State<P: Plugin, F: ?Sized> {
    pub(crate) instance: *const super::Instance<P>,
    cancelled: Cell<bool>,
    running: Cell<bool>,
    pub(crate) run: std::cell::UnsafeCell<Box<F>>,
}

impl<P: Plugin, F: ?Sized> State<P, F> {
    pub(crate) fn made(remote: &Remote<P>, run: Box<F>) -> Rc<Self> {
        Rc::new(Self {
            instance: remote.instance,
            cancelled: Cell::new(false),
            running: Cell::new(false),
            run: std::cell::UnsafeCell::new(run),
        })
    }
    /// Calls `with` with the closure, which may drop its own handle.
    pub(crate) fn call(&self, place: &str, with: impl FnOnce(&mut F, &Here<'_, P>) -> Result<()>) -> jct_status {
        // SAFETY: callbacks of an instance come before its `destroy`.
        let instance: &super::Instance<P> = unsafe { lifecycle::of(self.instance as *mut c_void) };
        if self.cancelled.get() || self.running.replace(true) {
            return JCT_OK;
        }
        // SAFETY: `running` keeps a second call out.
        let status = lifecycle::here(instance, place, |here| with(unsafe { &mut **self.run.get() }, here));
        self.running.set(false);
        status
    }
    pub(crate) fn cancel(&self) {
        self.cancelled.set(true);
    }
}

/// Ends when it is dropped. Lives on the loop that started it: it cannot be sent to another thread; keep it in a
/// [`crate::LoopCell`].
#[must_use = "it ends where it is dropped"]
pub struct Timer {
    host: Host,
    handle: jct_handle,
    state: Rc<dyn Cancel>,
    not_send: PhantomData<*const ()>,
}

pub(crate) trait Cancel {
    fn cancel(&self);
}

impl<P: Plugin, F: ?Sized> Cancel for State<P, F> {
    fn cancel(&self) {
        State::cancel(self);
    }
}

unsafe extern "C" fn ring<P: Plugin>(this: *mut c_void, _: jct_handle) -> jct_status {
    // SAFETY: the timer holds the state, and calls end with it; one more reference, as the closure may drop its timer.
    let state = unsafe {
        let state = this.cast::<State<P, Run<P>>>();
        Rc::increment_strong_count(state);
        Rc::from_raw(state)
    };
    state.call("timer", |run, here| run(here))
}

impl Timer {
    pub(crate) fn start<P: Plugin>(
        remote: &Remote<P>,
        delay: Duration,
        period: Duration,
        run: impl FnMut(&Here<'_, P>) -> Result<()> + Send + 'static,
    ) -> Result<Self> {
        let state = State::<P, Run<P>>::made(remote, Box::new(run));
        let this = Rc::as_ptr(&state) as *mut c_void;
        let tables = remote.host.tables();
        let (delay, period) = (task::nanos(delay), task::nanos(period));
        let mut handle = 0;
        checked(call!(tables.loops.timer_start, tables.raw, delay, period, Some(ring::<P>), this, &mut handle))?;
        Ok(Self { host: remote.host.clone(), handle, state, not_send: PhantomData })
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let tables = self.host.tables();
        call!(tables.loops.timer_cancel, tables.raw, self.handle);
        self.state.cancel();
    }
}
