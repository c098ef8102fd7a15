// SPDX-License-Identifier: Apache-2.0
//! A host for a plugin's tests: no kernel, no port, no thread. Everything happens in the calling thread, in a repeatable
//! order, and only when the test says so. Threads that the plugin has of its own may call what any thread may.
//!
//! ```
//! # use junctor::prelude::*;
//! # use junctor::testing::{FakeHost, PluginUnderTest};
//! # struct Quiet;
//! # impl Plugin for Quiet { fn create(_: &Creating<Self>, _: &Config) -> Result<Self> { Ok(Quiet) } }
//! # junctor::plugin! { Quiet, name: "quiet", summary: "does nothing" }
//! let host = FakeHost::new();
//! let mut plugin = PluginUnderTest::<Quiet>::new(&host, &[])?;
//! plugin.start()?;
//! host.advance(std::time::Duration::from_secs(30)); // timers on the way fire
//! plugin.finish(); // drain, stop, destroy
//! assert_eq!(host.complaints(), Vec::<String>::new()); // wrong threads, leaks, failed callbacks
//! # Ok::<(), Error>(())
//! ```
//!
//! What a host holds is kept until the test program ends, as a plugin may hold on to it.
#![allow(unsafe_code)]

mod config;
mod kernel;
mod net;
mod net_api;
mod records;
mod services;
mod tables;
mod under_test;

use kernel::Kernel;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub use net::FakeStream;
pub use records::Line;
pub use services::FakeStorage;
pub use under_test::PluginUnderTest;

/// The kernel's place. The clock begins at 1970 plus 20,000 days and stands still until it is moved.
pub struct FakeHost {
    kernel: &'static Kernel,
}

impl Default for FakeHost {
    fn default() -> Self {
        Self::new()
    }
}

impl FakeHost {
    /// With one worker loop.
    pub fn new() -> Self {
        Self::with_loops(1)
    }
    /// With several; the first is the home loop.
    pub fn with_loops(loops: u32) -> Self {
        Self { kernel: Kernel::leaked(loops) }
    }
    fn kernel(&self) -> &'static Kernel {
        self.kernel
    }

    /// Runs what is due now: tasks, work of the pool, bytes, ends.
    pub fn run_until_idle(&self) {
        self.kernel.run_until_idle();
    }
    /// Moves both clocks, and fires what is due on the way, in its order.
    pub fn advance(&self, by: Duration) {
        self.kernel.advance(by);
    }
    /// The wall clock alone.
    pub fn set_wall(&self, wall: SystemTime) {
        let since = wall.duration_since(UNIX_EPOCH).expect("a time after 1970");
        self.kernel.state().wall = since.as_micros() as u64;
    }
    /// Work for the pool waits until it is let go again.
    pub fn hold_pool(&self, hold: bool) {
        self.kernel.state().pool_held = hold;
    }

    /// A client connects to the listener of an option, from 198.51.100.1, on the first loop.
    pub fn connect(&self, option: &str) -> FakeStream {
        self.connect_from(option, "198.51.100.1:50001".parse().expect("an address"), 0)
    }
    /// The same from somebody, on some loop.
    pub fn connect_from(&self, option: &str, peer: SocketAddr, on_loop: u32) -> FakeStream {
        net::connect(self.kernel, option, peer, on_loop)
    }
    /// A batch of datagrams for the sockets of an option, all from `peer`; what was sent meanwhile.
    pub fn datagrams(&self, option: &str, peer: SocketAddr, batch: &[&[u8]]) -> Vec<(SocketAddr, Vec<u8>)> {
        net::datagrams(self.kernel, option, peer, batch)
    }
    /// The other end of what the plugin dialled, in order.
    pub fn dialled(&self) -> Vec<FakeStream> {
        net::dialled(self.kernel)
    }
    /// Calls those who watch a descriptor: `ready` as in [`crate::Ready`].
    pub fn make_ready(&self, fd: i32, ready: crate::Ready) {
        net::make_ready(self.kernel, fd, ready.0);
    }

    /// What auth/1 says to a question of such a kind about an id, once everything has run; none where it is silent.
    pub fn ask_auth(&self, kind: u32, id: &str) -> Option<crate::Answer> {
        services::ask_auth(self.kernel, kind, id)
    }
    /// What a command of junctorctl answers: status and JSON; none where it is silent.
    pub fn command(&self, name: &str, args: &str) -> Option<(crate::Status, String)> {
        records::command(self.kernel, name, args)
    }
    /// Somebody else publishes an event.
    pub fn publish(&self, instance: &str, name: &str, fields: &[(&str, &str)]) {
        records::publish(self.kernel, instance, name, fields);
    }
    /// A service that the plugin finds: a table of [`crate::raw`], good for the rest of the program.
    ///
    /// # Safety
    /// As [`crate::Creating::provide`].
    pub unsafe fn provide(&self, id: &str, service: crate::ServiceRef) {
        self.kernel.state().services.insert(id.into(), service);
    }
    /// storage/1 in memory.
    pub fn provide_storage(&self) -> FakeStorage {
        services::provide_storage(self.kernel)
    }

    /// The value of a metric; a histogram's: the sum. 0 where it was never opened.
    pub fn metric(&self, name: &str, label: &str) -> i64 {
        let state = self.kernel.state();
        let found = state.metrics.values().find(|metric| metric.name == name && metric.label == label);
        found.map_or(0, |metric| metric.value)
    }
    /// All lines of the log so far.
    pub fn lines(&self) -> Vec<Line> {
        self.kernel.state().lines.clone()
    }
    /// The events that the plugin has published.
    pub fn events(&self) -> Vec<Line> {
        self.kernel.state().events.clone()
    }
    /// Breaches of the boundary's rules: wrong threads and states, failed callbacks, what is left behind.
    pub fn complaints(&self) -> Vec<String> {
        self.kernel.state().complaints.clone()
    }
}
