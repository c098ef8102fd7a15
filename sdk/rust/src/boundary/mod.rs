// SPDX-License-Identifier: Apache-2.0
//! Where Rust meets the C boundary: the only part of this crate with unsafe code (the fake host aside, which plays the
//! other side). Three things are relied upon, as ABI.md promises them: a `jct_host` and the kernel's tables live as long
//! as the process; callbacks of an instance run between the return of `start` and the call of `stop` alone; what a
//! callback is given is good until it returns.
#![allow(unsafe_code)]

/// Calls a function of the kernel's or a provider's table; where an older one lacks it: `JCT_E_UNSUPPORTED`.
macro_rules! call {
    ($function:expr $(, $argument:expr)* $(,)?) => {
        match $function {
            // SAFETY: the table is its owner's, and lives; the arguments are what the header says, and views that live
            // until the call returns.
            Some(function) => unsafe { function($($argument),*) },
            None => $crate::raw::JCT_E_UNSUPPORTED,
        }
    };
}

/// The same for functions that answer something else, with what stands for an answer where it is lacking.
macro_rules! ask {
    ($function:expr, $absent:expr $(, $argument:expr)* $(,)?) => {
        match $function {
            // SAFETY: as in `call`.
            Some(function) => unsafe { function($($argument),*) },
            None => $absent,
        }
    };
}

mod auth;
mod barrier;
mod command;
mod config;
mod descriptor;
mod host;
mod keys;
mod lifecycle;
mod loop_cell;
mod place;
mod sockets;
mod storage;
mod stream;
mod task;
mod timer;
mod views;
mod watch;
mod zone;

pub use auth::{Answer, Auth, AuthRequest, Later, Verdict};
pub use command::Reply;
pub use config::Config;
pub use descriptor::{Declaration, Declare, Descriptor};
pub use host::{Counter, Event, Fields, Gauge, Histogram, Host, Level};
pub use keys::Keys;
pub use lifecycle::{Done, Plugin};
pub use loop_cell::LoopCell;
pub use place::{Control, Creating, Here, Home, OnLoop, Remote, ServiceRef};
pub use sockets::{ConnInfo, Datagram, Listener, UdpSocket};
pub use storage::Storage;
pub use stream::{Conversation, Stream, StreamHandle};
pub use timer::Timer;
pub use watch::{Ready, Watch};
pub use zone::local_offset;

pub(crate) use place::Instance;
