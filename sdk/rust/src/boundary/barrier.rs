// SPDX-License-Identifier: Apache-2.0
//! The barrier of every callback: a panic becomes a status, and a line of the log.
use crate::{Error, Host, Level, Result, Status};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    /// How many barriers this thread is behind.
    static DEPTH: Cell<u32> = Cell::new(0);
    /// Where the last panic behind one came from.
    static PLACE: RefCell<String> = RefCell::new(String::new());
}

/// Panics behind a barrier are told to the log alone: without this, the standard hook would write to the server's
/// standard error, which is its log, in a form of its own.
fn quiet_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if DEPTH.with(Cell::get) == 0 {
                return others(info);
            }
            let place = info.location().map(|at| format!(" at {}:{}", at.file(), at.line())).unwrap_or_default();
            PLACE.with(|last| *last.borrow_mut() = place);
        }));
    });
}

struct Behind;

impl Behind {
    fn enter() -> Self {
        DEPTH.with(|depth| depth.set(depth.get() + 1));
        Behind
    }
}

impl Drop for Behind {
    fn drop(&mut self) {
        DEPTH.with(|depth| depth.set(depth.get() - 1));
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let place = PLACE.with(|last| std::mem::take(&mut *last.borrow_mut()));
    format!("panic{place}: {}", said.unwrap_or("a value that is no text"))
}

/// Runs `body`; a panic becomes `JCT_E_FAULT` with its words.
pub(crate) fn contained<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    quiet_hook();
    let caught = {
        let _behind = Behind::enter();
        catch_unwind(AssertUnwindSafe(body))
    };
    caught.unwrap_or_else(|panic| {
        let text = words(&*panic);
        // What was thrown may itself panic when it is dropped.
        let _behind = Behind::enter();
        if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
            std::mem::forget(again);
        }
        Err(Error::new(Status::FAULT, text))
    })
}

/// The same, and what fails is logged against the plugin, under the name by which the C++ layer does it.
pub(crate) fn guarded<T>(host: &Host, place: &str, body: impl FnOnce() -> Result<T>) -> Result<T> {
    let done = contained(body);
    if let Err(error) = &done {
        let code = error.status().word();
        host.log(Level::Error, "plugin.exception", &[("where", &place), ("code", &code), ("text", &error.text())]);
    }
    done
}

/// As the boundary has it.
pub(crate) fn status(done: Result<()>) -> crate::raw::jct_status {
    match done {
        Ok(()) => crate::raw::JCT_OK,
        Err(error) if error.status().is_failure() => error.status().code(),
        Err(_) => crate::raw::JCT_E_FAULT,
    }
}
