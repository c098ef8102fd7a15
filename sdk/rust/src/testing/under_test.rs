// SPDX-License-Identifier: Apache-2.0
//! A plugin on a fake host, through its lifecycle as the kernel leads it.
use super::config::FakeConfig;
use super::kernel::{Kernel, Place};
use super::FakeHost;
use crate::raw::*;
use crate::{Declare, Descriptor, Error, Plugin, Result, Status};
use std::marker::PhantomData;
use std::os::raw::c_void;
use std::sync::atomic::{AtomicBool, Ordering};

/// One instance. What is left when it is dropped is finished.
pub struct PluginUnderTest<P: Plugin + Declare> {
    kernel: &'static Kernel,
    descriptor: jct_plugin,
    this: *mut c_void,
    /// Each stays valid until the next, as the kernel has it.
    config: Box<FakeConfig>,
    idle: &'static AtomicBool,
    started: bool,
    plugin: PhantomData<P>,
}

/// Calls with a record for the error's words.
fn with_error(call: impl FnOnce(*mut jct_error) -> jct_status) -> Result<()> {
    let mut error = jct_error { size: std::mem::size_of::<jct_error>() as u32, code: JCT_OK, text: [0; 512] };
    let status = call(&mut error);
    if status >= 0 {
        return Ok(());
    }
    let text: Vec<u8> = error.text.iter().take_while(|c| **c != 0).map(|c| *c as u8).collect();
    Err(Error::new(Status::from_code(status), String::from_utf8_lossy(&text)))
}

impl<P: Plugin + Declare> PluginUnderTest<P> {
    /// `create`, with the settings in an operator's words: `("wait", "30s")`.
    pub fn new(host: &FakeHost, settings: &[(&str, &str)]) -> Result<Self> {
        let kernel = host.kernel();
        let raw = Descriptor::new().get::<P>();
        assert!(!raw.is_null(), "the plugin's declaration makes no descriptor");
        // SAFETY: a descriptor lives as long as the process.
        let descriptor = unsafe { *raw };
        let config = Box::new(FakeConfig::new(P::DECLARATION.name, P::OPTIONS, settings));
        let mut this = std::ptr::null_mut();
        kernel.state().stopping = false;
        let created = kernel.at(Place::Control, || {
            with_error(|error| call!(descriptor.create, &kernel.host, config.raw(), &mut this, error))
        });
        created?;
        let idle = Box::leak(Box::new(AtomicBool::new(false)));
        Ok(Self { kernel, descriptor, this, config, idle, started: false, plugin: PhantomData })
    }
    /// What `junctord --check` asks.
    pub fn verify(settings: &[(&str, &str)]) -> Result<()> {
        let raw = Descriptor::new().get::<P>();
        // SAFETY: a descriptor lives as long as the process.
        let verify = unsafe { (*raw).verify };
        let config = FakeConfig::new(P::DECLARATION.name, P::OPTIONS, settings);
        with_error(|error| call!(verify, &super::config::API, config.raw(), error))
    }
    /// Listeners and timers.
    pub fn start(&mut self) -> Result<()> {
        let started =
            self.kernel.at(Place::Control, || with_error(|error| call!(self.descriptor.start, self.this, error)));
        self.started = started.is_ok();
        started
    }
    /// New values of options that are live: `check`, then `apply`.
    pub fn reload(&mut self, settings: &[(&str, &str)]) -> Result<()> {
        let candidate = Box::new(FakeConfig::new(P::DECLARATION.name, P::OPTIONS, settings));
        let home = Place::Loop(0);
        self.kernel.at(home, || with_error(|error| call!(self.descriptor.check, self.this, candidate.raw(), error)))?;
        self.kernel.at(home, || ask!(self.descriptor.apply, (), self.this, candidate.raw()));
        self.config = candidate;
        Ok(())
    }
    /// No new work; see `idle`.
    pub fn drain(&mut self) {
        unsafe extern "C" fn idle(this: *mut c_void) {
            // SAFETY: the flag, which is never freed.
            unsafe { &*this.cast::<AtomicBool>() }.store(true, Ordering::SeqCst);
        }
        let flag: *const AtomicBool = self.idle;
        let task = jct_task { this: flag as *mut c_void, run: Some(idle), drop: None };
        self.kernel.at(Place::Loop(0), || ask!(self.descriptor.drain, (), self.this, task));
        self.kernel.run_until_idle();
    }
    /// Has it said, after `drain`, that nothing is under way?
    pub fn idle(&self) -> bool {
        self.idle.load(Ordering::SeqCst)
    }
    /// `stop` and `destroy`: tasks are dropped and connections ended before, and what is left after is a complaint.
    pub fn stop(&mut self) {
        if self.this.is_null() {
            return;
        }
        self.kernel.end_everything();
        self.kernel.at(Place::Control, || {
            ask!(self.descriptor.stop, (), self.this);
            ask!(self.descriptor.destroy, (), self.this);
        });
        self.this = std::ptr::null_mut();
        self.kernel.look_for_leftovers();
    }
    /// `drain`, `stop` and `destroy`.
    pub fn finish(&mut self) {
        if !self.this.is_null() && self.started {
            self.drain();
        }
        self.stop();
    }
}

impl<P: Plugin + Declare> Drop for PluginUnderTest<P> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.stop();
        }
    }
}
