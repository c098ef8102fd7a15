// SPDX-License-Identifier: Apache-2.0
//! A plugin's options as data: the table from which checking, help and the reference come.
//!
//! ```
//! use junctor::opt::{self, Opt};
//! const OPEN: Opt<String> = opt::text("open", "08:00").live().help("first minute in which sessions may start");
//! const WAIT: Opt<std::time::Duration> = opt::duration("wait", "30s").between(1_000_000_000, i64::MAX).help("how long");
//! const OPTIONS: &[&opt::Declared] = &[OPEN.declared(), WAIT.declared()];
//! # assert_eq!(OPTIONS.len(), 2);
//! ```
use crate::raw;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::time::Duration;

/// An option without the type of its value: what the table has.
#[derive(Debug)]
pub struct Declared {
    pub(crate) kind: u32,
    pub(crate) flags: u32,
    pub(crate) name: &'static str,
    pub(crate) default: Option<&'static str>,
    pub(crate) help: &'static str,
    pub(crate) min: i64,
    pub(crate) max: i64,
    pub(crate) choices: &'static [&'static str],
    pub(crate) fields: &'static [&'static Declared],
}

impl Declared {
    /// As it stands in the configuration.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

/// An option whose value is read as `T`.
#[derive(Debug)]
pub struct Opt<T> {
    declared: Declared,
    value: PhantomData<fn() -> T>,
}

/// The sockets of a LISTENER option; they are opened, not read.
#[derive(Debug)]
pub enum Listeners {}
/// The datagram sockets of a LISTENER option; they are opened, not read.
#[derive(Debug)]
pub enum Datagrams {}
/// An array of tables; read with `Config::records`.
#[derive(Debug)]
pub enum Records {}

impl<T> Opt<T> {
    const fn made(kind: u32, flags: u32, name: &'static str, default: &'static str) -> Self {
        let default = Some(default);
        let declared = Declared { kind, flags, name, default, help: "", min: 1, max: 0, choices: &[], fields: &[] };
        Self { declared, value: PhantomData }
    }
    const fn flagged(self, flag: u32) -> Self {
        let d = self.declared;
        let declared = Declared { flags: d.flags | flag, ..d };
        Self { declared, value: PhantomData }
    }
    /// For the table.
    pub const fn declared(&self) -> &Declared {
        &self.declared
    }
    /// One line, for `--explain` and the reference.
    pub const fn help(self, help: &'static str) -> Self {
        Self { declared: Declared { help, ..self.declared }, value: PhantomData }
    }
    /// A reload applies it in place.
    pub const fn live(self) -> Self {
        self.flagged(raw::JCT_OPT_LIVE)
    }
    /// It has no default and must be given.
    pub const fn required(self) -> Self {
        let d = self.declared;
        let declared = Declared { flags: d.flags | raw::JCT_OPT_REQUIRED, default: None, ..d };
        Self { declared, value: PhantomData }
    }
    /// It is never printed, and may be `{ file = "PATH" }`.
    pub const fn secret(self) -> Self {
        self.flagged(raw::JCT_OPT_SECRET)
    }
    /// Both inclusive, in the type's unit: nanoseconds, bytes, bits a second.
    pub const fn between(self, min: i64, max: i64) -> Self {
        Self { declared: Declared { min, max, ..self.declared }, value: PhantomData }
    }
}

impl Opt<PathBuf> {
    /// A regular file that is read; `junctord --check` looks whether it can be.
    pub const fn read_file(self) -> Self {
        self.flagged(raw::JCT_OPT_READ_FILE)
    }
    /// A file that is written or made.
    pub const fn write_file(self) -> Self {
        self.flagged(raw::JCT_OPT_WRITE_FILE)
    }
    /// A directory that is written in or made.
    pub const fn write_dir(self) -> Self {
        self.flagged(raw::JCT_OPT_WRITE_DIR)
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident -> $value:ty = $kind:expr, $flags:expr;)*) => {
        $($(#[$doc])* pub const fn $name(name: &'static str, default: &'static str) -> Opt<$value> {
            Opt::made($kind, $flags, name, default)
        })*
    };
}

kinds! {
    /// `true` or `false`.
    flag -> bool = raw::JCT_OPT_BOOL, 0;
    /// A number.
    int -> i64 = raw::JCT_OPT_INT, 0;
    /// Any text.
    text -> String = raw::JCT_OPT_STRING, 0;
    /// `"30s"`.
    duration -> Duration = raw::JCT_OPT_DURATION, 0;
    /// Bytes: `"64KiB"`.
    size -> u64 = raw::JCT_OPT_SIZE, 0;
    /// Bits a second: `"128Mbit"`.
    rate -> u64 = raw::JCT_OPT_RATE, 0;
    /// `"host:port"`, `":P+1"`; read with the port resolved.
    address -> String = raw::JCT_OPT_ADDRESS, 0;
    /// `"10.0.0.0/8"`; read in its canonical form.
    network -> String = raw::JCT_OPT_NETWORK, 0;
    /// Relative ones lie under the data directory; read as absolute.
    path -> PathBuf = raw::JCT_OPT_PATH, 0;
    /// A name or an address of somebody to be reached, with a port or without.
    host -> String = raw::JCT_OPT_HOST, 0;
    /// The same with a port.
    host_port -> String = raw::JCT_OPT_HOST_PORT, 0;
    /// The base64 of an Ed25519 public key.
    key -> String = raw::JCT_OPT_KEY, 0;
    /// Where connections are accepted: an address, or a table that the kernel parses for every plugin alike.
    listener -> Listeners = raw::JCT_OPT_LISTENER, 0;
    /// Where datagrams are received.
    datagrams -> Datagrams = raw::JCT_OPT_LISTENER, raw::JCT_OPT_UDP;
    /// An array of texts; the default separates them with commas.
    texts -> Vec<String> = raw::JCT_OPT_STRING, raw::JCT_OPT_LIST;
    /// An array of numbers.
    ints -> Vec<i64> = raw::JCT_OPT_INT, raw::JCT_OPT_LIST;
    /// An array of networks.
    networks -> Vec<String> = raw::JCT_OPT_NETWORK, raw::JCT_OPT_LIST;
}

/// One of `choices`.
pub const fn choice(name: &'static str, default: &'static str, choices: &'static [&'static str]) -> Opt<String> {
    let made: Opt<String> = Opt::made(raw::JCT_OPT_CHOICE, 0, name, default);
    Opt { declared: Declared { choices, ..made.declared }, value: PhantomData }
}

/// An array of tables, each with `fields`.
pub const fn records(name: &'static str, fields: &'static [&'static Declared]) -> Opt<Records> {
    let made: Opt<Records> = Opt::made(raw::JCT_OPT_RECORDS, 0, name, "");
    Opt { declared: Declared { default: None, fields, ..made.declared }, value: PhantomData }
}
