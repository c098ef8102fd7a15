// SPDX-License-Identifier: Apache-2.0
//! Threads as types: what a call needs is what its argument is.
use super::task;
use super::{views, ConnInfo, Datagram, Keys, Storage, Stream, UdpSocket};
use crate::opt::{Datagrams, Listeners, Opt};
use crate::raw::*;
use crate::status::checked;
use crate::{
    Conversation, Counter, Event, Gauge, Histogram, Host, Listener, Plugin, Ready, Reply, Result, StreamHandle,
};
use crate::{Timer, Watch};
use std::any::Any;
use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::ops::Deref;
use std::os::raw::c_void;
use std::os::unix::io::{IntoRawFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Mutex;
use std::time::Duration;

/// What the kernel holds as the instance: the plugin and what its callbacks need. From `create` to `destroy`.
pub(crate) struct Instance<P: Plugin> {
    pub(crate) remote: Remote<P>,
    plugin: UnsafeCell<Option<P>>,
    /// From the return of `start` to the call of `stop`: what others call meanwhile is answered without the plugin.
    started: AtomicBool,
    /// Callbacks that other loops may be in still when their socket is closed.
    kept: Mutex<Vec<Box<dyn Any + Send>>>,
}

// SAFETY: `plugin` is written once, in `create`, before anything of the instance is called; P is Send and Sync.
unsafe impl<P: Plugin> Sync for Instance<P> {}

impl<P: Plugin> Instance<P> {
    pub(crate) fn allocate(host: Host) -> *mut Self {
        let made = Box::into_raw(Box::new(Self {
            remote: Remote { host, instance: std::ptr::null() },
            plugin: UnsafeCell::new(None),
            started: AtomicBool::new(false),
            kept: Mutex::new(Vec::new()),
        }));
        // SAFETY: it has just been made, and nobody else knows it.
        unsafe { (*made).remote.instance = made };
        made
    }
    /// # Safety
    /// In `create` alone: nobody else may look at the plugin.
    pub(crate) unsafe fn put(&self, plugin: P) {
        // SAFETY: the caller's promise.
        unsafe { *self.plugin.get() = Some(plugin) }
    }
    pub(crate) fn plugin(&self) -> &P {
        // SAFETY: it is not written any more once `create` has returned, before which nothing asks.
        unsafe { (*self.plugin.get()).as_ref() }.expect("callbacks come once `create` has returned")
    }
    pub(crate) fn host(&self) -> &Host {
        &self.remote.host
    }
    pub(crate) fn set_started(&self, started: bool) {
        self.started.store(started, Ordering::Release);
    }
    pub(crate) fn is_started(&self) -> bool {
        self.started.load(Ordering::Acquire)
    }
    /// Until the instance goes.
    pub(crate) fn keep<T: Any + Send>(&self, value: Box<T>) -> *mut c_void {
        let mut value = value;
        let raw: *mut T = &mut *value;
        self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(value);
        raw.cast()
    }
}

type NotSend = PhantomData<*const ()>;

/// Any thread, and at any time: what it hands over is dropped once the instance is stopping.
pub struct Remote<P: Plugin> {
    pub(crate) host: Host,
    pub(crate) instance: *const Instance<P>,
}

// SAFETY: the pointer is followed in tasks alone, which the kernel does not run once the instance is stopping.
unsafe impl<P: Plugin> Send for Remote<P> {}
// SAFETY: as above.
unsafe impl<P: Plugin> Sync for Remote<P> {}

impl<P: Plugin> Clone for Remote<P> {
    fn clone(&self) -> Self {
        Self { host: self.host.clone(), instance: self.instance }
    }
}

impl<P: Plugin> Deref for Remote<P> {
    type Target = Host;
    fn deref(&self) -> &Host {
        &self.host
    }
}

impl<P: Plugin> Remote<P> {
    /// # Safety
    /// In a callback of the instance alone.
    pub(crate) unsafe fn instance(&self) -> &Instance<P> {
        // SAFETY: the caller's promise: the instance is there until its `destroy`.
        unsafe { &*self.instance }
    }
    /// Runs `body` on a worker loop, never inline.
    pub fn post(&self, to: u32, body: impl FnOnce(&Here<P>) -> Result<()> + Send + 'static) -> Result<()> {
        let tables = self.host.tables();
        checked(call!(tables.loops.post, tables.raw, to, task::on_loop(self, "task", body)))
    }
    /// Runs `work` on the pool, where it may block, then `done` with what came of it on the calling loop (the home loop
    /// for other callers). A panic of `work` is its result.
    pub fn offload<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
        done: impl FnOnce(&Here<P>, Result<T>) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let tables = self.host.tables();
        let (work, done, late) = task::offloaded(self, work, done);
        task::discard(late);
        checked(call!(tables.loops.offload, tables.raw, work, done))
    }
    /// The same with a bound: where `work` has not ended by then, `done` gets `Status::TIMEOUT` in its place. Work that
    /// waits is not begun any more; work that is under way goes on to its end.
    pub fn offload_within<T: Send + 'static>(
        &self,
        deadline: Duration,
        work: impl FnOnce() -> T + Send + 'static,
        done: impl FnOnce(&Here<P>, Result<T>) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let tables = self.host.tables();
        let (work, done, late) = task::offloaded(self, work, done);
        let within = task::nanos(deadline);
        match tables.loops.offload_within {
            // SAFETY: as in `call`; the tasks are the kernel's from here on.
            Some(offload) => checked(unsafe { offload(tables.raw, within, work, done, late) }),
            None => {
                [work, done, late].into_iter().for_each(task::discard);
                Err(crate::Status::UNSUPPORTED.into())
            }
        }
    }
}

/// The control thread, in `create`: services and resources are taken, there is no traffic and no plugin yet.
pub struct Creating<'a, P: Plugin> {
    pub(crate) instance: &'a Instance<P>,
    not_send: NotSend,
}

/// The control thread, in `start` and `stop`: listeners are opened here.
pub struct Control<'a, P: Plugin> {
    pub(crate) instance: &'a Instance<P>,
    not_send: NotSend,
}

/// A worker loop, in a callback.
pub struct Here<'a, P: Plugin> {
    pub(crate) instance: &'a Instance<P>,
    not_send: NotSend,
}

/// The home loop, in a lifecycle call or a command.
pub struct Home<'a, P: Plugin>(Here<'a, P>);

macro_rules! places {
    ($($name:ident),*) => {
        $(impl<'a, P: Plugin> $name<'a, P> {
            /// For a callback on the right thread alone.
            pub(crate) fn of(instance: &'a Instance<P>) -> Self {
                Self { instance, not_send: PhantomData }
            }
            /// What any thread may do.
            pub fn remote(&self) -> &'a Remote<P> {
                &self.instance.remote
            }
            /// The same name gives the same counter again. `label`: `"reason=wrong_key"`, or empty.
            pub fn counter(&self, name: &str, label: &str, help: &str) -> Result<Counter> {
                self.instance.host().open_counter(name, label, help)
            }
            /// As `counter`.
            pub fn gauge(&self, name: &str, label: &str, help: &str) -> Result<Gauge> {
                self.instance.host().open_gauge(name, label, help)
            }
            /// As `counter`; of durations.
            pub fn histogram(&self, name: &str, label: &str, help: &str) -> Result<Histogram> {
                self.instance.host().open_histogram(name, label, help)
            }
        }
        impl<P: Plugin> Deref for $name<'_, P> {
            type Target = Remote<P>;
            fn deref(&self) -> &Remote<P> {
                &self.instance.remote
            }
        })*
    };
}
places!(Creating, Control, Here);

impl<'a, P: Plugin> Home<'a, P> {
    pub(crate) fn of(instance: &'a Instance<P>) -> Self {
        Self(Here::of(instance))
    }
}

impl<'a, P: Plugin> Deref for Home<'a, P> {
    type Target = Here<'a, P>;
    fn deref(&self) -> &Here<'a, P> {
        &self.0
    }
}

impl<'a, P: Plugin> Here<'a, P> {
    /// The plugin whose callback this is.
    pub fn plugin(&self) -> &'a P {
        self.instance.plugin()
    }
    /// A stream of this loop from a connected stream socket. Where it fails the socket is closed.
    pub fn adopt(&self, socket: impl IntoRawFd, owner: impl Conversation<P>) -> Result<StreamHandle> {
        super::stream::adopt(self.remote(), socket.into_raw_fd(), owner)
    }
    /// Which loop it is.
    pub fn loop_index(&self) -> u32 {
        self.current_loop().unwrap_or_else(|| self.home_loop())
    }
}

/// Who provides a service, for what this crate has no words for.
#[derive(Clone, Copy, Debug)]
pub struct ServiceRef {
    /// A table of [`crate::raw`], of the kind that the id says.
    pub table: *const c_void,
    /// First argument of each of its functions.
    pub this: *mut c_void,
}

impl<P: Plugin> Creating<'_, P> {
    /// The provider of an id that the descriptor's `needs` names; none where an optional one is not there.
    pub fn find(&self, id: &str) -> Result<Option<ServiceRef>> {
        find(self.instance.host(), id)
    }
    /// `storage/1`, in a `space` of its own: the instance's name.
    pub fn storage(&self, space: &str) -> Result<Option<Storage>> {
        Ok(self.find(JCT_STORAGE_SERVICE)?.map(|found| Storage::adopt(found, space)))
    }
    /// `keys/1`.
    pub fn keys(&self) -> Result<Option<Keys>> {
        Ok(self.find(JCT_KEYS_SERVICE)?.map(Keys::adopt))
    }
    /// Provides a service by a table of [`crate::raw`]; only an id that the descriptor's `provides` names.
    ///
    /// # Safety
    /// `table` is of the kind that the id says, its functions do what their header says and let no panic pass, and `this`
    /// serves them as long as the instance lives.
    pub unsafe fn provide<T>(&self, id: &str, table: &'static T, this: *mut c_void) -> Result<()> {
        let tables = self.instance.host().tables();
        let name = views::c_string(id);
        let table: *const T = table;
        checked(call!(tables.service.provide, tables.raw, name.as_ptr(), table.cast(), this)).map_err(|e| e.of(id))
    }
}

fn find(host: &Host, id: &str) -> Result<Option<ServiceRef>> {
    let tables = host.tables();
    let nothing = jct_str { data: std::ptr::null(), size: 0 };
    let mut found = jct_service_ref { table: std::ptr::null(), this: std::ptr::null_mut(), instance: nothing };
    match call!(tables.service.find, tables.raw, views::c_string(id).as_ptr(), &mut found) {
        JCT_E_NOT_FOUND => Ok(None),
        status => {
            checked(status).map(|()| Some(ServiceRef { table: found.table, this: found.this })).map_err(|e| e.of(id))
        }
    }
}

impl<'a, P: Plugin> Control<'a, P> {
    /// The plugin.
    pub fn plugin(&self) -> &'a P {
        self.instance.plugin()
    }
    /// Opens the sockets of an option. `accept` is called for each connection, on the loop that it lives on: attach the
    /// stream before returning, or it is closed once what was sent has gone.
    pub fn listen<F>(&self, option: &Opt<Listeners>, accept: F) -> Result<Listener>
    where
        F: Fn(&Here<P>, Stream, &ConnInfo) -> Result<()> + Send + Sync + 'static,
    {
        Listener::open(self.instance, option, accept)
    }
    /// Opens the datagram sockets of an option. `receive` is called with each batch, in the order of arrival.
    pub fn udp_open<F>(&self, option: &Opt<Datagrams>, receive: F) -> Result<UdpSocket>
    where
        F: Fn(&Here<P>, &[Datagram<'_>]) -> Result<()> + Send + Sync + 'static,
    {
        UdpSocket::open(self.instance, option, receive)
    }
    /// A word for `junctorctl`. `args` is a JSON object `{"args": [...]}`; see to it that the reply is given in time.
    pub fn command<F>(&self, name: &str, help: &str, run: F) -> Result<()>
    where
        F: Fn(&Home<P>, &str, Reply) -> Result<()> + Send + Sync + 'static,
    {
        super::command::add(self.instance, name, help, run)
    }
    /// `hear` is called for every event of every instance, on the publisher's thread: it must not block or publish.
    pub fn subscribe<F>(&self, hear: F) -> Result<()>
    where
        F: Fn(&Remote<P>, &Event<'_>) + Send + Sync + 'static,
    {
        super::command::subscribe(self.instance, hear)
    }
    /// A service that is needed with `~`: found from start on.
    pub fn find(&self, id: &str) -> Result<Option<ServiceRef>> {
        find(self.instance.host(), id)
    }
}

mod sealed {
    pub trait Sealed {}
    impl<P: super::Plugin> Sealed for super::Control<'_, P> {}
    impl<P: super::Plugin> Sealed for super::Here<'_, P> {}
    impl<P: super::Plugin> Sealed for super::Home<'_, P> {}
}

/// Where calls of a loop are allowed: on one ([`Here`], [`Home`]), and in `start` and `stop` ([`Control`]), from where
/// the kernel carries them out on the home loop.
pub trait OnLoop: sealed::Sealed + Sized {
    /// Whose callback it is.
    type Plugin: Plugin;

    #[doc(hidden)]
    fn place(&self) -> &Remote<Self::Plugin>;

    /// Calls `run` once, on this loop. The timer ends where it is dropped.
    fn after<F>(&self, delay: Duration, run: F) -> Result<Timer>
    where
        F: FnMut(&Here<Self::Plugin>) -> Result<()> + Send + 'static,
    {
        Timer::start(self.place(), delay, Duration::ZERO, run)
    }
    /// Calls `run` each `period`. A failure ends the timer and is counted against the plugin.
    fn every<F>(&self, period: Duration, run: F) -> Result<Timer>
    where
        F: FnMut(&Here<Self::Plugin>) -> Result<()> + Send + 'static,
    {
        Timer::start(self.place(), period, period, run)
    }
    /// Opens a connection from this loop: `on_writable` tells that it is there, `on_close` that it failed. `timeout`
    /// zero: the kernel's default.
    fn connect<O>(&self, peer: std::net::SocketAddr, timeout: Duration, owner: O) -> Result<StreamHandle>
    where
        O: Conversation<Self::Plugin>,
    {
        super::stream::connect(self.place(), peer, timeout, owner)
    }
    /// Calls `run` whenever the descriptor is ready for what is wanted. It stays the caller's: drop the watch, then close
    /// it.
    fn watch<F>(&self, fd: RawFd, wanted: Ready, run: F) -> Result<Watch>
    where
        F: FnMut(&Here<Self::Plugin>, Ready) -> Result<()> + Send + 'static,
    {
        Watch::start(self.place(), fd, wanted, run)
    }
}

impl<P: Plugin> OnLoop for Control<'_, P> {
    type Plugin = P;
    fn place(&self) -> &Remote<P> {
        self.remote()
    }
}
impl<P: Plugin> OnLoop for Here<'_, P> {
    type Plugin = P;
    fn place(&self) -> &Remote<P> {
        self.remote()
    }
}
impl<P: Plugin> OnLoop for Home<'_, P> {
    type Plugin = P;
    fn place(&self) -> &Remote<P> {
        self.remote()
    }
}
