// SPDX-License-Identifier: Apache-2.0
//! Words for junctorctl, and events of others.
use super::{barrier, lifecycle, views, Instance};
use crate::raw::*;
use crate::status::checked;
use crate::{Event, Home, Plugin, Remote, Result, Status};
use std::os::raw::c_void;

/// A command's answer, given once, from any thread; may be kept for later. One that is dropped has failed.
pub struct Reply(jct_reply);

// SAFETY: the header lets it be finished on any thread.
unsafe impl Send for Reply {}

impl Reply {
    /// `json`: one whole JSON value; an object with an array "rows" of flat objects is shown as a table.
    pub fn ok(self, json: &str) {
        self.finish(Status::OK, json);
    }
    /// `json`: `{"error": "..."}`.
    pub fn fail(self, status: Status, json: &str) {
        self.finish(status, json);
    }
    fn finish(self, status: Status, json: &str) {
        ask!(self.0.finish, (), self.0.this, status.code(), views::text(json));
        std::mem::forget(self);
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        let words = views::text(r#"{"error":"the command failed; see the log"}"#);
        ask!(self.0.finish, (), self.0.this, JCT_E_FAULT, words);
    }
}

struct Held<P: Plugin, F> {
    instance: *const Instance<P>,
    callback: F,
}

// SAFETY: the instance outlives its callbacks, and F is Send.
unsafe impl<P: Plugin, F: Send> Send for Held<P, F> {}

pub(crate) fn add<P: Plugin, F>(instance: &Instance<P>, name: &str, help: &str, run: F) -> Result<()>
where
    F: Fn(&Home<'_, P>, &str, Reply) -> Result<()> + Send + Sync + 'static,
{
    unsafe extern "C" fn trampoline<P: Plugin, F>(this: *mut c_void, args: jct_str, reply: jct_reply)
    where
        F: Fn(&Home<'_, P>, &str, Reply) -> Result<()> + Send + Sync + 'static,
    {
        let reply = Reply(reply);
        // SAFETY: kept with the instance; `args` is good for the call.
        let (instance, run, args) = unsafe {
            let held = &*this.cast::<Held<P, F>>();
            (lifecycle::of::<P>(held.instance as *mut c_void), &held.callback, views::borrowed(args))
        };
        drop(barrier::guarded(instance.host(), "command", || run(&Home::of(instance), args, reply)));
    }
    let this = instance.keep(Box::new(Held { instance, callback: run }));
    let tables = instance.host().tables();
    let (raw_name, help) = (views::c_string(name), views::c_string(help));
    let function: jct_command_fn = Some(trampoline::<P, F>);
    checked(call!(tables.control.command, tables.raw, raw_name.as_ptr(), help.as_ptr(), function, this))
        .map_err(|error| error.of(name))
}

pub(crate) fn subscribe<P: Plugin, F>(instance: &Instance<P>, hear: F) -> Result<()>
where
    F: Fn(&Remote<P>, &Event<'_>) + Send + Sync + 'static,
{
    unsafe extern "C" fn trampoline<P: Plugin, F>(this: *mut c_void, event: *const jct_event)
    where
        F: Fn(&Remote<P>, &Event<'_>) + Send + Sync + 'static,
    {
        // SAFETY: kept with the instance; the event is good for the call.
        let (instance, hear, event) = unsafe {
            let held = &*this.cast::<Held<P, F>>();
            (lifecycle::of::<P>(held.instance as *mut c_void), &held.callback, Event(&*event))
        };
        drop(barrier::guarded(instance.host(), "event", || {
            hear(&instance.remote, &event);
            Ok(())
        }));
    }
    let this = instance.keep(Box::new(Held { instance, callback: hear }));
    let tables = instance.host().tables();
    let function: jct_event_fn = Some(trampoline::<P, F>);
    checked(call!(tables.event.subscribe, tables.raw, function, this)).map_err(|error| error.of("events"))
}
