// SPDX-License-Identifier: Apache-2.0
//! Plugins for Junctor, in Rust.
//!
//! A plugin is a type that implements [`Plugin`], and one [`plugin!`]:
//!
//! ```
//! use junctor::prelude::*;
//!
//! const LISTEN: Opt<Listeners> = opt::listener("listen", "127.0.0.1:P+10").help("where to be greeted");
//! const GREETING: Opt<String> = opt::text("greeting", "hello").live().help("what each connection gets");
//!
//! struct Hello {
//!     greeting: std::sync::Mutex<String>,
//!     listener: LoopCell<Option<Listener>>, // closes when it is dropped
//! }
//!
//! impl Plugin for Hello {
//!     const OPTIONS: &'static [&'static opt::Declared] = &[LISTEN.declared(), GREETING.declared()];
//!
//!     fn create(creating: &Creating<Self>, config: &Config) -> Result<Self> {
//!         Ok(Hello { greeting: config.get(&GREETING)?.into(), listener: LoopCell::new(creating) })
//!     }
//!     fn start(&self, control: &Control<Self>) -> Result<()> {
//!         let listener = control.listen(&LISTEN, |here, stream, _| {
//!             let greeting = here.plugin().greeting.lock().unwrap();
//!             stream.send(here, format!("{greeting}\n").as_bytes()) // dropped, so closed once it is sent
//!         })?;
//!         self.listener.with(control, |slot| *slot = Some(listener));
//!         Ok(())
//!     }
//!     fn reload(&self, _: &Home<Self>, config: &Config) -> Result<()> {
//!         *self.greeting.lock().unwrap() = config.get(&GREETING)?;
//!         Ok(())
//!     }
//! }
//!
//! junctor::plugin! { Hello, name: "hello", summary: "greets" }
//! # use junctor::testing::{FakeHost, PluginUnderTest};
//! # let host = FakeHost::new();
//! # let mut plugin = PluginUnderTest::<Hello>::new(&host, &[("greeting", "welcome")]).unwrap();
//! # plugin.start().unwrap();
//! # let client = host.connect("listen");
//! # host.run_until_idle();
//! # assert_eq!(client.sent(), b"welcome\n");
//! # assert!(client.closed());
//! # plugin.finish();
//! # assert_eq!(host.complaints(), Vec::<String>::new());
//! ```
//!
//! **Threads are types.** What a call needs is what its argument is: [`Creating`] and [`Control`] are the control thread,
//! [`Here`] a worker loop, [`Home`] the home loop, [`Remote`] any thread. A timer cannot be started where there is no
//! `Here` or `Control`, and neither of them can be taken to another thread:
//!
//! ```compile_fail,E0277
//! # use junctor::prelude::*;
//! fn elsewhere<P: Plugin>(here: &Here<P>) {
//!     std::thread::scope(|scope| {
//!         scope.spawn(|| here.loop_index()); // a Here stays where it is
//!     });
//! }
//! ```
//! ```compile_fail
//! # use junctor::prelude::*;
//! fn anywhere<P: Plugin>(remote: &Remote<P>) -> Result<Timer> {
//!     remote.every(std::time::Duration::from_secs(1), |_| Ok(())) // no such method: there is no loop
//! }
//! ```
//!
//! **Handles close on drop**: [`Stream`], [`Timer`], [`Watch`], [`Listener`], [`UdpSocket`]. **Nothing panics across the
//! boundary**: each callback has a barrier, behind which a panic is logged against the plugin (`plugin.exception`) and
//! answered as a fault, which costs its own connection or timer. A plugin must therefore not be built with
//! `panic = "abort"`.
#![forbid(unsafe_op_in_unsafe_fn)]
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod address;
#[macro_use]
mod boundary;
pub mod opt;
pub mod raw;
mod status;
pub mod testing;

pub use boundary::*;
pub use status::{Error, Result, Status};

/// What most plugins use.
pub mod prelude {
    pub use crate::opt::{self, Datagrams, Listeners, Opt, Records};
    pub use crate::{
        Config, Control, Conversation, Counter, Creating, Done, Error, Here, Home, Host, Listener, LoopCell, OnLoop,
        Plugin, Remote, Result, Status, Stream, StreamHandle, Timer, UdpSocket, Watch,
    };
}

/// Exports `junctor_plugin_v1` for a type that implements [`Plugin`]. Behind the summary, in this order, each may be
/// left out: `provides: ["auth/1"]`, `needs: ["?storage/1"]`, `parallel: true`, `abi_minor: 0`. The version is the
/// crate's.
#[macro_export]
macro_rules! plugin {
    ($plugin:ty, name: $name:expr, summary: $summary:expr
     $(, provides: $provides:expr)? $(, needs: $needs:expr)? $(, parallel: $parallel:expr)?
     $(, abi_minor: $minor:expr)? $(,)?) => {
        impl $crate::Declare for $plugin {
            const DECLARATION: $crate::Declaration = {
                #[allow(unused_mut)]
                let mut made = $crate::Declaration::new($name, env!("CARGO_PKG_VERSION"), $summary);
                $(made.provides = &$provides;)?
                $(made.needs = &$needs;)?
                $(made.parallel = $parallel;)?
                $(made.abi_minor_needed = $minor;)?
                made
            };
        }

        /// The one symbol that a plugin exports.
        #[no_mangle]
        pub extern "C" fn junctor_plugin_v1() -> *const $crate::raw::jct_plugin {
            static MADE: $crate::Descriptor = $crate::Descriptor::new();
            MADE.get::<$plugin>()
        }
    };
}

#[cfg(test)]
#[allow(unsafe_code)]
#[macro_use]
mod layout_test;
#[cfg(test)]
#[allow(unsafe_code)]
mod raw_layout;
