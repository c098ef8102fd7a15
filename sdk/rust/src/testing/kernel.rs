// SPDX-License-Identifier: Apache-2.0
//! The fake kernel's state, and its one thread that plays all the others. No lock is held while the plugin is called.
use super::net::{FakeStreamState, Socket, Watched};
use super::records::{Line, Metric, Word};
use crate::raw::*;
use crate::ServiceRef;
use std::collections::{BTreeMap, VecDeque};
use std::os::raw::c_void;
use std::sync::{Mutex, MutexGuard};
use std::thread::ThreadId;
use std::time::Duration;

/// Where the test's thread is just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Outside,
    Control,
    Loop(u32),
    Pool,
}

pub(super) struct Clocked {
    pub(super) due: u64,
    pub(super) repeat: u64,
    pub(super) run: jct_timer_fn,
    pub(super) this: *mut c_void,
    pub(super) on_loop: u32,
}

pub(super) struct PoolWork {
    pub(super) work: jct_task,
    pub(super) done: jct_task,
    pub(super) late: Option<jct_task>,
    pub(super) deadline: u64,
    pub(super) on_loop: u32,
}

pub(super) struct State {
    pub(super) place: Place,
    pub(super) stopping: bool,
    pub(super) loops: u32,
    pub(super) now: u64,
    pub(super) wall: u64,
    pub(super) last_handle: u64,
    pub(super) tasks: VecDeque<(u32, jct_task)>,
    pub(super) pool: VecDeque<PoolWork>,
    pub(super) pool_held: bool,
    pub(super) timers: BTreeMap<u64, Clocked>,
    pub(super) listeners: BTreeMap<u64, Socket<jct_listen_events>>,
    pub(super) sockets: BTreeMap<u64, Socket<jct_dgram_events>>,
    pub(super) streams: BTreeMap<u64, FakeStreamState>,
    pub(super) watches: BTreeMap<u64, Watched>,
    pub(super) datagrams: Vec<(std::net::SocketAddr, Vec<u8>)>,
    pub(super) lines: Vec<Line>,
    pub(super) events: Vec<Line>,
    pub(super) metrics: BTreeMap<u64, Metric>,
    pub(super) words: BTreeMap<String, Word>,
    pub(super) hears: Option<(jct_event_fn, *mut c_void)>,
    pub(super) services: BTreeMap<String, ServiceRef>,
    pub(super) complaints: Vec<String>,
}

// SAFETY: its pointers are the plugin's, and followed on the test's thread alone.
unsafe impl Send for State {}

#[repr(C)]
pub(super) struct Kernel {
    pub(super) host: jct_host,
    thread: ThreadId,
    state: Mutex<State>,
}

impl Kernel {
    pub(super) fn leaked(loops: u32) -> &'static Self {
        let state = State {
            place: Place::Outside,
            stopping: false,
            loops: loops.max(1),
            now: 1_000_000_000,
            wall: 20_000 * 86_400 * 1_000_000,
            last_handle: 0,
            tasks: VecDeque::new(),
            pool: VecDeque::new(),
            pool_held: false,
            timers: BTreeMap::new(),
            listeners: BTreeMap::new(),
            sockets: BTreeMap::new(),
            streams: BTreeMap::new(),
            watches: BTreeMap::new(),
            datagrams: Vec::new(),
            lines: Vec::new(),
            events: Vec::new(),
            metrics: BTreeMap::new(),
            words: BTreeMap::new(),
            hears: None,
            services: BTreeMap::new(),
            complaints: Vec::new(),
        };
        let size = std::mem::size_of::<jct_host>() as u32;
        let host = jct_host { size, abi_minor: JCT_ABI_MINOR, api: Some(super::tables::api) };
        Box::leak(Box::new(Kernel { host, thread: std::thread::current().id(), state: Mutex::new(state) }))
    }
    /// # Safety
    /// `host` is that of a `Kernel`.
    pub(super) unsafe fn of(host: *const jct_host) -> &'static Kernel {
        // SAFETY: it is the first member of a record that is never freed.
        unsafe { &*host.cast::<Kernel>() }
    }
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
    pub(super) fn handle(&self) -> u64 {
        let mut state = self.state();
        state.last_handle += 1;
        state.last_handle
    }
    pub(super) fn complain(&self, text: String) {
        self.state().complaints.push(text);
    }
    pub(super) fn place(&self) -> Place {
        if std::thread::current().id() != self.thread {
            return Place::Outside;
        }
        self.state().place
    }
    /// May `what`, which belongs to a loop, be called here? The loop; the home loop from [control].
    pub(super) fn on_loop(&self, what: &str) -> Result<u32, jct_status> {
        match self.place() {
            Place::Loop(index) => Ok(index),
            Place::Control => Ok(0),
            _ => {
                self.complain(format!("{what} from a thread that is no loop"));
                Err(JCT_E_THREAD)
            }
        }
    }
    pub(super) fn in_control(&self, what: &str) -> Result<(), jct_status> {
        if self.place() == Place::Control {
            return Ok(());
        }
        self.complain(format!("{what} outside of the control thread"));
        Err(JCT_E_THREAD)
    }
    /// Runs `body` as if on such a thread.
    pub(super) fn at<R>(&self, place: Place, body: impl FnOnce() -> R) -> R {
        assert_eq!(std::thread::current().id(), self.thread, "a fake host belongs to the thread that made it");
        let before = std::mem::replace(&mut self.state().place, place);
        let result = body();
        self.state().place = before;
        result
    }
    /// A callback's answer.
    pub(super) fn judge(&self, what: &str, status: jct_status) -> bool {
        if status < 0 {
            self.complain(format!("{what} failed: {}", crate::Status::from_code(status)));
        }
        status >= 0
    }

    fn run_task(&self, on_loop: u32, task: jct_task) {
        self.at(Place::Loop(on_loop), || {
            ask!(task.run, (), task.this);
            ask!(task.drop, (), task.this);
        });
    }
    fn step_pool(&self) -> bool {
        let mut state = self.state();
        let now = state.now;
        if let Some(index) = state.pool.iter().position(|work| work.late.is_some() && work.deadline <= now) {
            let late = state.pool.remove(index).expect("it was found");
            drop(state);
            ask!(late.work.drop, (), late.work.this);
            ask!(late.done.drop, (), late.done.this);
            self.run_task(late.on_loop, late.late.expect("it was found by it"));
            return true;
        }
        if state.pool_held {
            return false;
        }
        let work = match state.pool.pop_front() {
            Some(work) => work,
            None => return false,
        };
        drop(state);
        self.at(Place::Pool, || {
            ask!(work.work.run, (), work.work.this);
            ask!(work.work.drop, (), work.work.this);
        });
        if let Some(late) = work.late {
            ask!(late.drop, (), late.this);
        }
        self.state().tasks.push_back((work.on_loop, work.done));
        true
    }
    pub(super) fn run_until_idle(&self) {
        loop {
            let task = self.state().tasks.pop_front();
            if let Some((on_loop, task)) = task {
                self.run_task(on_loop, task);
            } else if !self.step_pool() && !super::net::step(self) {
                return;
            }
        }
    }
    pub(super) fn advance(&self, by: Duration) {
        let target = self.state().now + by.as_nanos() as u64;
        loop {
            self.run_until_idle();
            let next = self.next_due().filter(|due| *due <= target);
            self.move_to(next.unwrap_or(target));
            if next.is_none() {
                return self.run_until_idle();
            }
            self.fire();
        }
    }
    fn next_due(&self) -> Option<u64> {
        let state = self.state();
        let timers = state.timers.values().map(|timer| timer.due);
        let idle = state.streams.values().filter_map(FakeStreamState::idle_at);
        let late = state.pool.iter().filter(|work| work.late.is_some()).map(|work| work.deadline);
        timers.chain(idle).chain(late).min()
    }
    fn move_to(&self, now: u64) {
        let mut state = self.state();
        let by = now.saturating_sub(state.now);
        state.now += by;
        state.wall += by / 1_000;
    }
    fn fire(&self) {
        super::net::close_idle(self);
        let due: Vec<u64> = {
            let state = self.state();
            state.timers.iter().filter(|(_, timer)| timer.due <= state.now).map(|(handle, _)| *handle).collect()
        };
        for handle in due {
            let (run, this, on_loop, once) = {
                let mut state = self.state();
                let now = state.now;
                let timer = match state.timers.get_mut(&handle) {
                    Some(timer) => timer,
                    None => continue, // an earlier one has cancelled it
                };
                timer.due = now + timer.repeat;
                (timer.run, timer.this, timer.on_loop, timer.repeat == 0)
            };
            if once {
                self.state().timers.remove(&handle);
            }
            let status = self.at(Place::Loop(on_loop), || call!(run, this, handle));
            if !self.judge("timer", status) {
                self.state().timers.remove(&handle);
            }
        }
    }

    /// As before `stop`: tasks are dropped, connections ended with their on_close.
    pub(super) fn end_everything(&self) {
        self.state().stopping = true;
        super::net::end_all(self);
        self.run_out();
    }
    fn run_out(&self) {
        let (tasks, pool) = {
            let mut state = self.state();
            (std::mem::take(&mut state.tasks), std::mem::take(&mut state.pool))
        };
        let late = pool.iter().filter_map(|work| work.late);
        let pooled = pool.iter().flat_map(|work| [work.work, work.done]);
        for task in tasks.into_iter().map(|(_, task)| task).chain(pooled).chain(late) {
            ask!(task.drop, (), task.this);
        }
    }
    /// What is there after `destroy` is a leak.
    pub(super) fn look_for_leftovers(&self) {
        let counts = {
            let state = self.state();
            [
                ("timers", state.timers.len()),
                ("listeners", state.listeners.len()),
                ("sockets", state.sockets.len()),
                ("watches", state.watches.len()),
            ]
        };
        for (what, count) in counts {
            if count > 0 {
                self.complain(format!("left behind: {what}={count}"));
            }
        }
    }
}
