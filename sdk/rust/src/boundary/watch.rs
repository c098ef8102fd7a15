// SPDX-License-Identifier: Apache-2.0
//! Descriptors that a plugin has from elsewhere, on its loops.
use super::timer::{Cancel, State};
use super::Host;
use crate::raw::*;
use crate::status::checked;
use crate::{Here, Plugin, Remote, Result};
use std::marker::PhantomData;
use std::os::raw::c_void;
use std::os::unix::io::RawFd;
use std::rc::Rc;

/// What a descriptor is ready for, or is to be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready(pub(crate) u32);

impl Ready {
    /// Nothing for now, errors excepted.
    pub const NOTHING: Ready = Ready(0);
    /// To be read.
    pub const READ: Ready = Ready(JCT_FD_READ);
    /// To be written.
    pub const WRITE: Ready = Ready(JCT_FD_WRITE);
    /// Either.
    pub const BOTH: Ready = Ready(JCT_FD_READ | JCT_FD_WRITE);

    /// It can be read.
    pub fn reads(self) -> bool {
        self.0 & JCT_FD_READ != 0
    }
    /// It can be written.
    pub fn writes(self) -> bool {
        self.0 & JCT_FD_WRITE != 0
    }
    /// It has failed; told whether it was wanted or not, and again until the watch ends.
    pub fn failed(self) -> bool {
        self.0 & JCT_FD_ERROR != 0
    }
}

type Run<P> = dyn FnMut(&Here<'_, P>, Ready) -> Result<()> + Send;

/// Ends when it is dropped; then the descriptor may be closed. Lives on the loop that started it.
#[must_use = "it ends where it is dropped"]
pub struct Watch {
    host: Host,
    handle: jct_handle,
    state: Rc<dyn Cancel>,
    not_send: PhantomData<*const ()>,
}

unsafe extern "C" fn ready<P: Plugin>(this: *mut c_void, _: jct_handle, ready: u32) -> jct_status {
    // SAFETY: the watch holds the state, and calls end with it; one more reference, as the closure may drop its watch.
    let state = unsafe {
        let state = this.cast::<State<P, Run<P>>>();
        Rc::increment_strong_count(state);
        Rc::from_raw(state)
    };
    state.call("on_ready", |run, here| run(here, Ready(ready)))
}

impl Watch {
    pub(crate) fn start<P: Plugin>(
        remote: &Remote<P>,
        fd: RawFd,
        wanted: Ready,
        run: impl FnMut(&Here<'_, P>, Ready) -> Result<()> + Send + 'static,
    ) -> Result<Self> {
        let state = State::<P, Run<P>>::made(remote, Box::new(run));
        let this = Rc::as_ptr(&state) as *mut c_void;
        let tables = remote.host.tables();
        let mut handle = 0;
        checked(call!(tables.fd.watch, tables.raw, fd, wanted.0, Some(ready::<P>), this, &mut handle))?;
        Ok(Self { host: remote.host.clone(), handle, state, not_send: PhantomData })
    }
    /// Waits for something else from now on.
    pub fn want(&self, wanted: Ready) -> Result<()> {
        let tables = self.host.tables();
        checked(call!(tables.fd.want, tables.raw, self.handle, wanted.0))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let tables = self.host.tables();
        call!(tables.fd.unwatch, tables.raw, self.handle);
        self.state.cancel();
    }
}
