// SPDX-License-Identifier: Apache-2.0
//! The descriptor that the kernel reads, made once and for the life of the process.
use super::{barrier, lifecycle, views};
use crate::opt::Declared;
use crate::raw::*;
use crate::Plugin;
use std::os::raw::c_char;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::Once;

/// What a plugin says of itself; see [`crate::plugin!`].
#[derive(Debug)]
pub struct Declaration {
    /// The same as the file's: NAME.so.
    pub name: &'static str,
    /// For people.
    pub version: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Service ids: `"relay/1"`.
    pub provides: &'static [&'static str],
    /// `"storage/1"`; `"?a/1"` may be missing, `"*a/1"` any number, `"~a/1"` may be missing and is found from start on.
    pub needs: &'static [&'static str],
    /// Each worker loop calls the instance for its own sockets.
    pub parallel: bool,
    /// Kernels of an older minor refuse the plugin, with both numbers.
    pub abi_minor_needed: u32,
}

impl Declaration {
    /// Of a plugin that needs nobody and sits on its home loop.
    pub const fn new(name: &'static str, version: &'static str, summary: &'static str) -> Self {
        Self { name, version, summary, provides: &[], needs: &[], parallel: false, abi_minor_needed: 0 }
    }
}

/// Implemented by [`crate::plugin!`].
pub trait Declare {
    /// What the plugin says of itself.
    const DECLARATION: Declaration;
}

/// A place for the descriptor; see [`crate::plugin!`].
#[derive(Debug)]
pub struct Descriptor {
    once: Once,
    made: AtomicPtr<jct_plugin>,
}

impl Descriptor {
    /// Nothing is made yet.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self { once: Once::new(), made: AtomicPtr::new(std::ptr::null_mut()) }
    }
    /// The descriptor; null where making it failed.
    pub fn get<P: Plugin + Declare>(&self) -> *const jct_plugin {
        self.once.call_once(|| {
            if let Ok(made) = barrier::contained(|| Ok(made::<P>(&P::DECLARATION))) {
                self.made.store(made, Ordering::Release);
            }
        });
        self.made.load(Ordering::Acquire)
    }
}

/// It lives as long as the process, as the boundary wants it: once for each plugin.
fn kept<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

fn text(text: &str) -> *const c_char {
    kept(views::c_string(text)).as_ptr()
}

/// Ended by null.
fn texts(all: &[&str]) -> *const *const c_char {
    kept(all.iter().map(|id| text(id)).chain([std::ptr::null()]).collect::<Vec<_>>()).as_ptr()
}

fn option(declared: &Declared) -> *const jct_option {
    let fields: Vec<_> = declared.fields.iter().map(|field| option(field)).collect();
    kept(jct_option {
        size: std::mem::size_of::<jct_option>() as u32,
        r#type: declared.kind,
        flags: declared.flags,
        field_count: fields.len() as u32,
        name: text(declared.name),
        default_text: declared.default.map_or(std::ptr::null(), text),
        help: text(declared.help),
        min: declared.min,
        max: declared.max,
        choices: if declared.choices.is_empty() { std::ptr::null() } else { texts(declared.choices) },
        fields: if fields.is_empty() { std::ptr::null() } else { kept(fields).as_ptr() },
    })
}

fn made<P: Plugin>(declaration: &Declaration) -> &'static mut jct_plugin {
    let options: Vec<_> = P::OPTIONS.iter().map(|declared| option(declared)).collect();
    kept(jct_plugin {
        size: std::mem::size_of::<jct_plugin>() as u32,
        abi_minor: JCT_ABI_MINOR,
        abi_minor_needed: declaration.abi_minor_needed,
        flags: if declaration.parallel { JCT_PLUGIN_PARALLEL } else { 0 },
        name: text(declaration.name),
        version: text(declaration.version),
        summary: text(declaration.summary),
        provides: texts(declaration.provides),
        needs: texts(declaration.needs),
        option_count: options.len() as u32,
        options: kept(options).as_ptr(),
        reserved: 0,
        create: Some(lifecycle::create::<P>),
        start: Some(lifecycle::start::<P>),
        check: Some(lifecycle::check::<P>),
        apply: Some(lifecycle::apply::<P>),
        drain: Some(lifecycle::drain::<P>),
        stop: Some(lifecycle::stop::<P>),
        destroy: Some(lifecycle::destroy::<P>),
        verify: Some(lifecycle::verify::<P>),
    })
}
