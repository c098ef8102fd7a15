// SPDX-License-Identifier: Apache-2.0
//! storage/1, as a user: what a plugin keeps by key.
use super::{barrier, views, Host, Instance, ServiceRef};
use crate::raw::*;
use crate::status::checked;
use crate::{Here, OnLoop, Plugin, Result, Status};
use std::os::raw::c_void;

/// Values by key, in the plugin's own space. Writes are answered when they are durable; reads see every write that was
/// answered. Good as long as the instance.
pub struct Storage {
    table: jct_storage_service,
    this: *mut c_void,
    space: String,
}

// SAFETY: the header lets each function be called on any thread.
unsafe impl Send for Storage {}
// SAFETY: as above.
unsafe impl Sync for Storage {}

/// An answer that is under way. It may come while the instance is being stopped, so the gate is asked first.
struct Asked<P: Plugin, F> {
    host: Host,
    instance: *const Instance<P>,
    then: F,
}

unsafe extern "C" fn answered<P, F>(this: *mut c_void, status: jct_status, value: jct_bytes)
where
    P: Plugin,
    F: FnOnce(&Here<'_, P>, Result<Vec<u8>>) -> Result<()> + Send + 'static,
{
    // SAFETY: called exactly once, with the box that was given; `value` is good for the call.
    let (asked, value) = unsafe {
        (
            Box::from_raw(this.cast::<Asked<P, F>>()),
            checked(status).map(|()| views::slice(value.data, value.size).to_vec()),
        )
    };
    let Asked { host, instance, then } = *asked;
    let tables = host.tables();
    let open = call!(tables.loops.enter, tables.raw) == JCT_OK;
    drop(barrier::guarded(&host, "answer", move || {
        if !open {
            return Ok(());
        }
        // SAFETY: inside of the gate the instance is there.
        then(&Here::of(unsafe { &*instance }), value)
    }));
    if open {
        ask!(tables.loops.leave, (), tables.raw);
    }
}

impl Storage {
    pub(crate) fn adopt(found: ServiceRef, space: &str) -> Self {
        // SAFETY: the kernel has found it under the id of this table; it is good until the user's destroy.
        Self { table: unsafe { super::host::adopt(found.table) }, this: found.this, space: space.into() }
    }

    fn done<L, F>(&self, at: &L, then: F) -> jct_value_done
    where
        L: OnLoop,
        F: FnOnce(&Here<'_, L::Plugin>, Result<Vec<u8>>) -> Result<()> + Send + 'static,
    {
        let remote = at.place();
        let host = remote.host.clone();
        let answer_loop = host.current_loop().unwrap_or_else(|| host.home_loop());
        let asked = Box::new(Asked { host, instance: remote.instance, then });
        jct_value_done {
            this: Box::into_raw(asked).cast(),
            done: Some(answered::<L::Plugin, F>),
            r#loop: answer_loop,
            reserved: 0,
        }
    }

    /// `then` gets the value, or none where there is none, later on this loop.
    pub fn get<L: OnLoop>(
        &self,
        at: &L,
        key: &str,
        then: impl FnOnce(&Here<'_, L::Plugin>, Result<Option<Vec<u8>>>) -> Result<()> + Send + 'static,
    ) {
        let done = self.done(at, |here, value| match value {
            Err(error) if error.status() == Status::NOT_FOUND => then(here, Ok(None)),
            other => then(here, other.map(Some)),
        });
        ask!(self.table.value_get, (), self.this, views::text(&self.space), views::text(key), &done);
    }
    /// A key has at most 256 bytes, a value at most 1 MiB.
    pub fn put<L: OnLoop>(
        &self,
        at: &L,
        key: &str,
        value: &[u8],
        then: impl FnOnce(&Here<'_, L::Plugin>, Result<()>) -> Result<()> + Send + 'static,
    ) {
        let done = self.done(at, |here, value| then(here, value.map(drop)));
        let (space, key) = (views::text(&self.space), views::text(key));
        ask!(self.table.value_put, (), self.this, space, key, views::bytes(value), &done);
    }
    /// `Status::NOT_FOUND` where there was none.
    pub fn remove<L: OnLoop>(
        &self,
        at: &L,
        key: &str,
        then: impl FnOnce(&Here<'_, L::Plugin>, Result<()>) -> Result<()> + Send + 'static,
    ) {
        let done = self.done(at, |here, value| then(here, value.map(drop)));
        ask!(self.table.value_remove, (), self.this, views::text(&self.space), views::text(key), &done);
    }
}
