// SPDX-License-Identifier: Apache-2.0
//! Log lines, events, metrics and commands of the fake host.
use super::kernel::{Kernel, Place};
use crate::raw::*;
use crate::{Level, Status};
use std::ffi::{CStr, CString};
use std::os::raw::{c_char, c_void};

/// A line of the log, or an event (which has no level).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// None: an event.
    pub level: Option<Level>,
    /// "component.what".
    pub event: String,
    /// In their order.
    pub fields: Vec<(String, String)>,
}

impl Line {
    /// The value of a field.
    pub fn field(&self, key: &str) -> Option<&str> {
        self.fields.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }
}

pub(super) struct Metric {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) value: i64,
}

pub(super) struct Word {
    pub(super) run: jct_command_fn,
    pub(super) this: *mut c_void,
}

/// # Safety
/// A text that ends with NUL, or null.
pub(super) unsafe fn text(raw: *const c_char) -> String {
    if raw.is_null() {
        return String::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(raw) }.to_string_lossy().into_owned()
}

/// # Safety
/// Good for the call.
pub(super) unsafe fn string(raw: jct_str) -> String {
    // SAFETY: the caller's promise.
    String::from_utf8_lossy(unsafe { bytes(jct_bytes { data: raw.data.cast(), size: raw.size }) }).into_owned()
}

/// # Safety
/// Good for the call.
pub(super) unsafe fn bytes<'a>(raw: jct_bytes) -> &'a [u8] {
    if raw.size == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(raw.data, raw.size as usize) }
}

pub(super) fn view(text: &str) -> jct_str {
    jct_str { data: text.as_ptr().cast(), size: text.len() as u64 }
}

/// # Safety
/// As the header says.
unsafe fn line(level: Option<Level>, event: *const c_char, fields: *const jct_field, count: u64) -> Line {
    // SAFETY: the caller's promise.
    unsafe {
        let fields = if count == 0 { &[] } else { std::slice::from_raw_parts(fields, count as usize) };
        Line { level, event: text(event), fields: fields.iter().map(|f| (text(f.key), string(f.value))).collect() }
    }
}

// What follows is called through the tables, as the headers say: the host is ours, views are good for the call.

pub(super) unsafe extern "C" fn enabled(_: *const jct_host, _: u32) -> u32 {
    1
}

pub(super) unsafe extern "C" fn write(
    host: *const jct_host,
    level: u32,
    event: *const c_char,
    fields: *const jct_field,
    count: u64,
) {
    let level = match level {
        JCT_LOG_ERROR => Level::Error,
        JCT_LOG_WARNING => Level::Warning,
        JCT_LOG_INFO => Level::Info,
        _ => Level::Debug,
    };
    // SAFETY: see above.
    unsafe { Kernel::of(host).state().lines.push(line(Some(level), event, fields, count)) }
}

pub(super) unsafe extern "C" fn publish_own(
    host: *const jct_host,
    name: *const c_char,
    fields: *const jct_field,
    count: u64,
) {
    // SAFETY: see above.
    unsafe { Kernel::of(host).state().events.push(line(None, name, fields, count)) }
}

pub(super) unsafe extern "C" fn wanted(_: *const jct_host) -> u32 {
    1
}

pub(super) unsafe extern "C" fn subscribe(host: *const jct_host, hear: jct_event_fn, this: *mut c_void) -> jct_status {
    // SAFETY: see above.
    let kernel = unsafe { Kernel::of(host) };
    if let Err(status) = kernel.in_control("subscribe") {
        return status;
    }
    match kernel.state().hears.replace((hear, this)) {
        Some(_) => JCT_E_EXISTS,
        None => JCT_OK,
    }
}

pub(super) fn publish(kernel: &Kernel, instance: &str, name: &str, fields: &[(&str, &str)]) {
    let keys: Vec<CString> = fields.iter().map(|(key, _)| CString::new(*key).expect("a key without NUL")).collect();
    let fields: Vec<jct_field> =
        keys.iter().zip(fields).map(|(key, (_, value))| jct_field { key: key.as_ptr(), value: view(value) }).collect();
    let (hear, wall) = {
        let state = kernel.state();
        (state.hears, state.wall)
    };
    let event = jct_event {
        size: std::mem::size_of::<jct_event>() as u32,
        reserved: 0,
        instance: view(instance),
        name: view(name),
        wall,
        fields: fields.as_ptr(),
        count: fields.len() as u64,
    };
    if let Some((hear, this)) = hear {
        kernel.at(Place::Outside, || ask!(hear, (), this, &event));
    }
}

pub(super) unsafe extern "C" fn open_metric(
    host: *const jct_host,
    _: u32,
    name: *const c_char,
    label: *const c_char,
    _: *const c_char,
    out: *mut jct_handle,
) -> jct_status {
    // SAFETY: see above; `out` is to be written.
    unsafe {
        let kernel = Kernel::of(host);
        if let Err(status) = kernel.on_loop("metric open") {
            return status;
        }
        let (name, label) = (text(name), text(label));
        let handle = kernel.handle();
        let mut state = kernel.state();
        let known = state.metrics.iter().find(|(_, m)| m.name == name && m.label == label).map(|(handle, _)| *handle);
        *out = known.unwrap_or(handle);
        state.metrics.entry(*out).or_insert(Metric { name, label, value: 0 });
        JCT_OK
    }
}

pub(super) unsafe extern "C" fn add_metric(host: *const jct_host, metric: jct_handle, value: i64) {
    // SAFETY: see above.
    if let Some(metric) = unsafe { Kernel::of(host) }.state().metrics.get_mut(&metric) {
        metric.value += value;
    }
}

pub(super) unsafe extern "C" fn set_metric(host: *const jct_host, metric: jct_handle, value: i64) {
    // SAFETY: see above.
    if let Some(metric) = unsafe { Kernel::of(host) }.state().metrics.get_mut(&metric) {
        metric.value = value;
    }
}

pub(super) unsafe extern "C" fn add_command(
    host: *const jct_host,
    name: *const c_char,
    _: *const c_char,
    run: jct_command_fn,
    this: *mut c_void,
) -> jct_status {
    // SAFETY: see above.
    let (kernel, name) = unsafe { (Kernel::of(host), text(name)) };
    if let Err(status) = kernel.in_control("command") {
        return status;
    }
    match kernel.state().words.insert(name, Word { run, this }) {
        Some(_) => JCT_E_EXISTS,
        None => JCT_OK,
    }
}

type Said = std::sync::Mutex<Option<(Status, String)>>;

pub(super) fn command(kernel: &Kernel, name: &str, args: &str) -> Option<(Status, String)> {
    unsafe extern "C" fn finish(this: *mut c_void, status: jct_status, json: jct_str) {
        // SAFETY: the place below, which is never freed; the text is good for the call.
        let (said, json) = unsafe { (&*this.cast::<Said>(), string(json)) };
        *said.lock().expect("nothing panics while it is held") = Some((Status::from_code(status), json));
    }
    // Kept: an answer may come at any time.
    let said: &'static Said = Box::leak(Box::default());
    let this: *const Said = said;
    let reply = jct_reply { this: this as *mut c_void, finish: Some(finish) };
    let word = kernel.state().words.get(name).map(|word| (word.run, word.this));
    let (run, this) = word.unwrap_or_else(|| panic!("no such command: {name}"));
    kernel.at(Place::Loop(0), || ask!(run, (), this, view(args), reply));
    kernel.run_until_idle();
    let answer = said.lock().expect("nothing panics while it is held").clone();
    answer
}
