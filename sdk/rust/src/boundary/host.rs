// SPDX-License-Identifier: Apache-2.0
//! What the kernel offers an instance from any thread: log, events, metrics, clocks, randomness.
use super::views;
use crate::raw::*;
use crate::status::checked;
use crate::{Error, Result, Status};
use std::ffi::CString;
use std::fmt::Display;
use std::os::raw::c_void;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Level {
    /// Somebody must act.
    Error = JCT_LOG_ERROR,
    /// Somebody should look.
    Warning = JCT_LOG_WARNING,
    /// What has happened.
    Info = JCT_LOG_INFO,
    /// For whoever searches.
    Debug = JCT_LOG_DEBUG,
}

/// Fields of a log line or an event: `&[("peer", &address), ("count", &3)]`. Never put a secret into one.
pub type Fields<'a> = [(&'a str, &'a dyn Display)];

/// The kernel, as an instance sees it. \[any\] Cheap to copy; outlives the instance.
#[derive(Clone)]
pub struct Host(Arc<Tables>);

/// Each as large as this crate knows it: what an older kernel lacks is null.
pub(crate) struct Tables {
    pub(crate) raw: *const jct_host,
    pub(crate) config: *const jct_config_api,
    pub(crate) log: jct_log_api,
    pub(crate) event: jct_event_api,
    pub(crate) loops: jct_loop_api,
    pub(crate) net: jct_net_api,
    pub(crate) service: jct_service_api,
    pub(crate) metric: jct_metric_api,
    pub(crate) control: jct_control_api,
    pub(crate) fd: jct_fd_api,
}

// SAFETY: constant tables of the kernel's, which live as long as the process and may be read from any thread.
unsafe impl Send for Tables {}
// SAFETY: as above.
unsafe impl Sync for Tables {}

/// A function table as large as it is known here: `min(size, own size)` bytes of theirs, the rest null.
///
/// # Safety
/// `T` is a table of `raw` (a size, then nullable functions), and `theirs` one of its kind that begins with its size.
pub(crate) unsafe fn adopt<T: Copy>(theirs: *const c_void) -> T {
    // SAFETY: all zeros is a table without functions; and the caller's promise.
    unsafe {
        let mut table = std::mem::zeroed::<T>();
        let size = (theirs.cast::<u32>().read() as usize).min(std::mem::size_of::<T>());
        std::ptr::copy_nonoverlapping(theirs.cast::<u8>(), std::ptr::addr_of_mut!(table).cast::<u8>(), size);
        table
    }
}

impl Host {
    /// # Safety
    /// `raw` is the host that the kernel gives to `create`.
    pub(crate) unsafe fn adopt(raw: *const jct_host) -> Result<Self> {
        // SAFETY: the host lives as long as the process, and so do the tables that it hands out under their ids.
        unsafe {
            let api = (*raw).api.ok_or(Status::UNSUPPORTED)?;
            let find = |id: &str| {
                let table = api(raw, views::c_string(id).as_ptr());
                (!table.is_null()).then(|| table)
            };
            let need =
                |id: &str| find(id).ok_or_else(|| Error::new(Status::UNSUPPORTED, format!("this kernel lacks {id}")));
            Ok(Host(Arc::new(Tables {
                raw,
                config: need(JCT_CONFIG_API)?.cast(),
                log: adopt(need(JCT_LOG_API)?),
                event: adopt(need(JCT_EVENT_API)?),
                loops: adopt(need(JCT_LOOP_API)?),
                net: adopt(need(JCT_NET_API)?),
                service: adopt(need(JCT_SERVICE_API)?),
                metric: adopt(need(JCT_METRIC_API)?),
                control: adopt(need(JCT_CONTROL_API)?),
                fd: find(JCT_FD_API).map(|table| adopt(table)).unwrap_or_else(|| std::mem::zeroed()),
            })))
        }
    }
    pub(crate) fn tables(&self) -> &Tables {
        &self.0
    }
    /// For what this crate does not cover: the functions of [`crate::raw`].
    pub fn raw(&self) -> *const jct_host {
        self.0.raw
    }

    /// Are lines of this level written?
    pub fn logs(&self, level: Level) -> bool {
        ask!(self.0.log.enabled, 0, self.0.raw, level as u32) != 0
    }
    /// One line. `event`: "component.what", a stable word; the instance's name is added.
    pub fn log(&self, level: Level, event: &str, fields: &Fields<'_>) {
        if self.logs(level) {
            RawFields::of(fields).with(event, |name, all, count| {
                ask!(self.0.log.write, (), self.0.raw, level as u32, name, all, count);
            });
        }
    }
    /// Somebody must act.
    pub fn error(&self, event: &str, fields: &Fields<'_>) {
        self.log(Level::Error, event, fields);
    }
    /// Somebody should look.
    pub fn warning(&self, event: &str, fields: &Fields<'_>) {
        self.log(Level::Warning, event, fields);
    }
    /// What has happened.
    pub fn info(&self, event: &str, fields: &Fields<'_>) {
        self.log(Level::Info, event, fields);
    }
    /// For whoever searches.
    pub fn debug(&self, event: &str, fields: &Fields<'_>) {
        self.log(Level::Debug, event, fields);
    }
    /// A log line where `level` is written, and an event for whoever subscribes, whatever is written.
    pub fn event(&self, level: Level, event: &str, fields: &Fields<'_>) {
        let wanted = ask!(self.0.event.wanted, 0, self.0.raw) != 0;
        let logs = self.logs(level);
        if !wanted && !logs {
            return;
        }
        RawFields::of(fields).with(event, |name, all, count| {
            if logs {
                ask!(self.0.log.write, (), self.0.raw, level as u32, name, all, count);
            }
            ask!(self.0.event.publish, (), self.0.raw, name, all, count);
        });
    }

    /// Worker loops, fixed for the process's life.
    pub fn loops(&self) -> u32 {
        ask!(self.0.loops.count, 1, self.0.raw)
    }
    /// The worker loop that the caller runs on.
    pub fn current_loop(&self) -> Option<u32> {
        let current = ask!(self.0.loops.current, JCT_NO_LOOP, self.0.raw);
        (current != JCT_NO_LOOP).then(|| current)
    }
    /// The instance's home loop.
    pub fn home_loop(&self) -> u32 {
        ask!(self.0.loops.home, 0, self.0.raw)
    }
    /// Monotonic, from some beginning; on a loop the time at which this turn woke up.
    pub fn now(&self) -> Duration {
        Duration::from_nanos(ask!(self.0.loops.now, 0, self.0.raw))
    }
    /// The wall clock: for people and records, never for timeouts.
    pub fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_micros(ask!(self.0.loops.wall, 0, self.0.raw))
    }
    /// Random bytes fit for keys.
    pub fn random(&self, out: &mut [u8]) {
        ask!(self.0.loops.random, (), self.0.raw, out.as_mut_ptr(), out.len() as u64);
    }

    fn metric(&self, kind: u32, name: &str, label: &str, help: &str) -> Result<Metric> {
        let (raw_name, raw_label, help) = (views::c_string(name), views::c_string(label), views::c_string(help));
        let label = if label.is_empty() { std::ptr::null() } else { raw_label.as_ptr() };
        let mut handle = 0;
        checked(call!(self.0.metric.open, self.0.raw, kind, raw_name.as_ptr(), label, help.as_ptr(), &mut handle))
            .map_err(|error| error.of(name))?;
        Ok(Metric { host: self.clone(), handle })
    }
    pub(crate) fn open_counter(&self, name: &str, label: &str, help: &str) -> Result<Counter> {
        Ok(Counter(self.metric(JCT_METRIC_COUNTER, name, label, help)?))
    }
    pub(crate) fn open_gauge(&self, name: &str, label: &str, help: &str) -> Result<Gauge> {
        Ok(Gauge(self.metric(JCT_METRIC_GAUGE, name, label, help)?))
    }
    pub(crate) fn open_histogram(&self, name: &str, label: &str, help: &str) -> Result<Histogram> {
        Ok(Histogram(self.metric(JCT_METRIC_HISTOGRAM, name, label, help)?))
    }
}

/// Owns what the C fields point to.
struct RawFields(Vec<(CString, String)>);

impl RawFields {
    fn of(fields: &Fields<'_>) -> Self {
        Self(fields.iter().map(|(key, value)| (views::c_string(key), value.to_string())).collect())
    }
    fn with(&self, event: &str, body: impl FnOnce(*const std::os::raw::c_char, *const jct_field, u64)) {
        let all: Vec<jct_field> =
            self.0.iter().map(|(key, value)| jct_field { key: key.as_ptr(), value: views::text(value) }).collect();
        let name = views::c_string(event);
        body(name.as_ptr(), all.as_ptr(), all.len() as u64);
    }
}

#[derive(Clone)]
struct Metric {
    host: Host,
    handle: jct_handle,
}

impl Metric {
    fn add(&self, value: i64) {
        let tables = self.host.tables();
        ask!(tables.metric.add, (), tables.raw, self.handle, value);
    }
}

/// \[any\] Without lock or allocation.
#[derive(Clone)]
pub struct Counter(Metric);

impl Counter {
    /// One more.
    pub fn add(&self) {
        self.0.add(1);
    }
    /// So many more.
    pub fn add_many(&self, count: u32) {
        self.0.add(i64::from(count));
    }
}

/// \[any\] Without lock or allocation.
#[derive(Clone)]
pub struct Gauge(Metric);

impl Gauge {
    /// What it is now.
    pub fn set(&self, value: i64) {
        let tables = self.0.host.tables();
        ask!(tables.metric.set, (), tables.raw, self.0.handle, value);
    }
    /// By how much it has changed.
    pub fn add(&self, value: i64) {
        self.0.add(value);
    }
}

/// Of durations. \[any\] Without lock or allocation.
#[derive(Clone)]
pub struct Histogram(Metric);

impl Histogram {
    /// One took so long.
    pub fn observe(&self, took: Duration) {
        self.0.add(i64::try_from(took.as_nanos()).unwrap_or(i64::MAX));
    }
}

/// What has happened somewhere in the server; views, good for the call.
pub struct Event<'a>(pub(crate) &'a jct_event);

impl Event<'_> {
    /// Who published it; empty: the kernel.
    pub fn instance(&self) -> &str {
        // SAFETY: the event and its views are good for the call, whose length the lifetime has.
        unsafe { views::borrowed(self.0.instance) }
    }
    /// "component.what", as in the log.
    pub fn name(&self) -> &str {
        // SAFETY: as above.
        unsafe { views::borrowed(self.0.name) }
    }
    /// When.
    pub fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_micros(self.0.wall)
    }
    /// The value of a field.
    pub fn field(&self, key: &str) -> Option<&str> {
        // SAFETY: `fields` are `count` records that are good for the call, their keys texts that end with NUL.
        unsafe {
            let fields =
                if self.0.count == 0 { &[] } else { std::slice::from_raw_parts(self.0.fields, self.0.count as usize) };
            let found = fields.iter().find(|f| std::ffi::CStr::from_ptr(f.key).to_bytes() == key.as_bytes())?;
            Some(views::borrowed(found.value))
        }
    }
}
