// SPDX-License-Identifier: Apache-2.0
//! The plugin as a type, and the descriptor's functions for it.
use super::{barrier, views, Config, Control, Creating, Here, Home, Host, Instance};
use crate::opt::Declared;
use crate::raw::*;
use crate::Result;
use std::os::raw::c_void;

/// A plugin. One object an instance, seen from every thread on which its callbacks run; what belongs to one loop is in a
/// [`crate::LoopCell`].
pub trait Plugin: Send + Sync + Sized + 'static {
    /// The table of its options.
    const OPTIONS: &'static [&'static Declared] = &[];

    /// Takes services and resources, no traffic. The error's text is the operator's message.
    fn create(creating: &Creating<'_, Self>, config: &Config<'_>) -> Result<Self>;
    /// Could `create` be given these values, here and now? For `junctord --check`; makes nothing. A text that begins with
    /// an option's name, as `path: ...`, is shown with its file and line.
    fn verify(config: &Config<'_>) -> Result<()> {
        let _ = config;
        Ok(())
    }
    /// Opens listeners and timers. Their callbacks begin once it has returned.
    fn start(&self, control: &Control<'_, Self>) -> Result<()> {
        let _ = control;
        Ok(())
    }
    /// May these new values be applied? Changes nothing.
    fn check(&self, home: &Home<'_, Self>, candidate: &Config<'_>) -> Result<()> {
        let _ = (home, candidate);
        Ok(())
    }
    /// Takes the new values of options that are live.
    fn reload(&self, home: &Home<'_, Self>, config: &Config<'_>) -> Result<()> {
        let _ = (home, config);
        Ok(())
    }
    /// Refuses new work, and runs `done` when idle: what was asked is answered. The kernel waits `drain_timeout` at most.
    fn drain(&self, home: &Home<'_, Self>, done: Done) -> Result<()> {
        let _ = home;
        done.run();
        Ok(())
    }
    /// No callback runs any more and none will come.
    fn stop(&self, control: &Control<'_, Self>) -> Result<()> {
        let _ = control;
        Ok(())
    }
}

/// Tells the kernel, once, that the instance is idle. \[any\]
pub struct Done(jct_task);

// SAFETY: the header lets it be run and dropped on any thread.
unsafe impl Send for Done {}

impl Done {
    /// It is idle.
    pub fn run(self) {
        ask!(self.0.run, (), self.0.this);
    }
}

impl Drop for Done {
    fn drop(&mut self) {
        ask!(self.0.drop, (), self.0.this);
    }
}

/// # Safety
/// `this` is what `create` has given, and `destroy` has not been called.
pub(crate) unsafe fn of<'a, P: Plugin>(this: *mut c_void) -> &'a Instance<P> {
    // SAFETY: the caller's promise.
    unsafe { &*this.cast::<Instance<P>>() }
}

/// # Safety
/// As the kernel gives it.
unsafe fn config<'a>(host: &Host, raw: *const jct_config) -> Config<'a> {
    // SAFETY: the table is the kernel's own for it.
    unsafe { Config::adopt(host.tables().config, raw) }
}

pub(crate) unsafe extern "C" fn create<P: Plugin>(
    host: *const jct_host,
    values: *const jct_config,
    out: *mut *mut c_void,
    error: *mut jct_error,
) -> jct_status {
    let made = barrier::contained(|| {
        // SAFETY: the kernel's own, good for the call at least.
        let (host, config) = unsafe {
            let host = Host::adopt(host)?;
            let config = config(&host, values);
            (host, config)
        };
        let instance = Instance::<P>::allocate(host);
        let plugin = barrier::contained(|| {
            // SAFETY: just made; the kernel does not know it yet.
            P::create(&Creating::of(unsafe { &*instance }), &config)
        });
        // SAFETY: nobody has seen the plugin yet; and where it failed, the instance goes with nobody who knows it.
        unsafe {
            match plugin {
                Ok(plugin) => (*instance).put(plugin),
                Err(error) => {
                    drop(Box::from_raw(instance));
                    return Err(error);
                }
            }
        }
        Ok(instance)
    });
    // SAFETY: `out` and `error` are the kernel's, to be written.
    unsafe { answer(made.map(|instance| *out = instance.cast()), error) }
}

/// # Safety
/// `error` is null or the caller's.
unsafe fn answer(done: Result<()>, error: *mut jct_error) -> jct_status {
    if let Err(what) = &done {
        // SAFETY: the caller's promise.
        unsafe { views::fill(error, what) };
    }
    barrier::status(done)
}

pub(crate) unsafe extern "C" fn verify<P: Plugin>(
    api: *const jct_config_api,
    values: *const jct_config,
    error: *mut jct_error,
) -> jct_status {
    // SAFETY: the kernel's, good for the call.
    unsafe { answer(barrier::contained(|| P::verify(&Config::adopt(api, values))), error) }
}

pub(crate) unsafe extern "C" fn start<P: Plugin>(this: *mut c_void, error: *mut jct_error) -> jct_status {
    // SAFETY: `this` is an instance between create and destroy; here and below.
    unsafe {
        let instance = of::<P>(this);
        let started = barrier::contained(|| instance.plugin().start(&Control::of(instance)));
        instance.set_started(started.is_ok());
        answer(started, error)
    }
}

pub(crate) unsafe extern "C" fn check<P: Plugin>(
    this: *mut c_void,
    values: *const jct_config,
    error: *mut jct_error,
) -> jct_status {
    // SAFETY: as in `start`.
    unsafe {
        let instance = of::<P>(this);
        let candidate = config(instance.host(), values);
        answer(barrier::contained(|| instance.plugin().check(&Home::of(instance), &candidate)), error)
    }
}

pub(crate) unsafe extern "C" fn apply<P: Plugin>(this: *mut c_void, values: *const jct_config) {
    // SAFETY: as in `start`. A failure is logged; apply cannot refuse.
    unsafe {
        let instance = of::<P>(this);
        let config = config(instance.host(), values);
        drop(barrier::guarded(instance.host(), "reload", || instance.plugin().reload(&Home::of(instance), &config)));
    }
}

pub(crate) unsafe extern "C" fn drain<P: Plugin>(this: *mut c_void, task: jct_task) {
    let done = Done(task);
    // SAFETY: as in `start`.
    let instance = unsafe { of::<P>(this) };
    drop(barrier::guarded(instance.host(), "drain", || instance.plugin().drain(&Home::of(instance), done)));
}

pub(crate) unsafe extern "C" fn stop<P: Plugin>(this: *mut c_void) {
    // SAFETY: as in `start`.
    let instance = unsafe { of::<P>(this) };
    instance.set_started(false);
    drop(barrier::guarded(instance.host(), "stop", || instance.plugin().stop(&Control::of(instance))));
}

pub(crate) unsafe extern "C" fn destroy<P: Plugin>(this: *mut c_void) {
    // SAFETY: the last call; `create` made it as a box.
    let instance = unsafe { Box::from_raw(this.cast::<Instance<P>>()) };
    let host = instance.host().clone();
    drop(barrier::guarded(&host, "destroy", || {
        drop(instance);
        Ok(())
    }));
}

/// A callback on a loop: the barrier, with the instance at hand.
pub(crate) fn here<P: Plugin>(
    instance: &Instance<P>,
    place: &str,
    body: impl FnOnce(&Here<'_, P>) -> Result<()>,
) -> jct_status {
    barrier::status(barrier::guarded(instance.host(), place, || body(&Here::of(instance))))
}
