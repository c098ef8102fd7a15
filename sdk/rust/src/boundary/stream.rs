// SPDX-License-Identifier: Apache-2.0
//! Connections, and who talks on them.
use super::{barrier, lifecycle, task, views, ConnInfo, Host, Instance};
use crate::raw::*;
use crate::status::checked;
use crate::{address, Here, OnLoop, Plugin, Remote, Result, Status};
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::os::raw::c_void;
use std::os::unix::io::{FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

/// What a stream calls, all on its loop, never overlapping, never from inside a call on the same stream. A failure or a
/// panic closes the stream. The object goes with the stream, after `on_close`.
pub trait Conversation<P: Plugin>: Send + 'static {
    /// All bytes not yet consumed; the answer says how many are. What it leaves is kept and given again with what
    /// follows, up to the listener's receive_buffer: full and nothing consumed closes the stream.
    fn on_data(&mut self, here: &Here<'_, P>, stream: StreamHandle, data: &[u8]) -> Result<usize>;
    /// The queue has fallen below the low mark after a `Status::AGAIN`; or a connection of one's own is there.
    fn on_writable(&mut self, here: &Here<'_, P>, stream: StreamHandle) -> Result<()> {
        let _ = (here, stream);
        Ok(())
    }
    /// The peer will send nothing more; all its bytes were delivered.
    fn on_end(&mut self, here: &Here<'_, P>, stream: StreamHandle) -> Result<()> {
        stream.close(here)
    }
    /// The last call: `Status::OK` for a close of one's own or both ends done, else the reason.
    fn on_close(&mut self, here: &Here<'_, P>, reason: Status) -> Result<()> {
        let _ = (here, reason);
        Ok(())
    }
}

/// A new connection, until it is attached. Closes, after what is queued, when it is dropped.
pub struct Stream {
    host: Host,
    handle: StreamHandle,
    not_send: PhantomData<*const ()>,
}

impl Stream {
    pub(crate) fn of(host: &Host, handle: jct_handle) -> Self {
        Self { host: host.clone(), handle: StreamHandle(handle), not_send: PhantomData }
    }
    /// For calls that do not end it.
    pub fn handle(&self) -> StreamHandle {
        self.handle
    }
    /// From now on `owner` is called, and goes with the stream.
    pub fn attach<L: OnLoop>(self, at: &L, owner: impl Conversation<L::Plugin>) -> Result<StreamHandle> {
        let tables = at.place().host.tables();
        own(at.place(), owner, |events, this| call!(tables.net.attach, tables.raw, self.handle.0, events, this))?;
        let handle = self.handle;
        std::mem::forget(self);
        Ok(handle)
    }
    /// As [`StreamHandle::send`].
    pub fn send(&self, at: &impl OnLoop, data: &[u8]) -> Result<()> {
        self.handle.send(at, data)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let tables = self.host.tables();
        call!(tables.net.close, tables.raw, self.handle.0, 0);
    }
}

/// The name of a stream. Its calls need its loop, and answer `Status::CLOSED` when it has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamHandle(pub(crate) jct_handle);

impl StreamHandle {
    /// Takes all of it or nothing: `Status::AGAIN` above the high mark.
    pub fn send(self, at: &impl OnLoop, data: &[u8]) -> Result<()> {
        let tables = at.place().host.tables();
        checked(call!(tables.net.send, tables.raw, self.0, views::bytes(data)))
    }
    /// The same of pieces as if they were one; 16 at most.
    pub fn send_pieces(self, at: &impl OnLoop, pieces: &[&[u8]]) -> Result<()> {
        let tables = at.place().host.tables();
        let pieces: Vec<jct_bytes> = pieces.iter().map(|piece| views::bytes(piece)).collect();
        checked(call!(tables.net.sendv, tables.raw, self.0, pieces.as_ptr(), pieces.len() as u64))
    }
    /// No `on_data` until it is resumed.
    pub fn pause(self, at: &impl OnLoop) -> Result<()> {
        let tables = at.place().host.tables();
        checked(call!(tables.net.pause, tables.raw, self.0))
    }
    /// Goes on.
    pub fn resume(self, at: &impl OnLoop) -> Result<()> {
        let tables = at.place().host.tables();
        checked(call!(tables.net.resume, tables.raw, self.0))
    }
    /// Half-close after what is queued.
    pub fn end(self, at: &impl OnLoop) -> Result<()> {
        let tables = at.place().host.tables();
        checked(call!(tables.net.end, tables.raw, self.0))
    }
    /// Sends what is queued, then closes; `on_close` follows, not inline.
    pub fn close(self, at: &impl OnLoop) -> Result<()> {
        let tables = at.place().host.tables();
        checked(call!(tables.net.close, tables.raw, self.0, 0))
    }
    /// Resets it now; `on_close` follows, not inline.
    pub fn abort(self, at: &impl OnLoop) -> Result<()> {
        let tables = at.place().host.tables();
        checked(call!(tables.net.close, tables.raw, self.0, 1))
    }
    /// Closes it (`Status::TIMEOUT`) after so long without a received byte; zero: never.
    pub fn idle_timeout(self, at: &impl OnLoop, timeout: Duration) -> Result<()> {
        let tables = at.place().host.tables();
        checked(call!(tables.net.set_idle_timeout, tables.raw, self.0, task::nanos(timeout)))
    }
    /// Who is there.
    pub fn info(self, at: &impl OnLoop) -> Result<ConnInfo> {
        let tables = at.place().host.tables();
        let mut info = jct_conn_info {
            size: std::mem::size_of::<jct_conn_info>() as u32,
            flags: 0,
            r#loop: 0,
            reserved: 0,
            peer: address::NONE,
            local: address::NONE,
        };
        checked(call!(tables.net.info, tables.raw, self.0, &mut info))?;
        Ok(ConnInfo(info))
    }
}

struct Owned<P: Plugin, O> {
    instance: *const Instance<P>,
    owner: O,
}

impl<P: Plugin, O: Conversation<P>> Owned<P, O> {
    const EVENTS: &'static jct_stream_events = &jct_stream_events {
        size: std::mem::size_of::<jct_stream_events>() as u32,
        reserved: 0,
        on_data: Some(Self::on_data),
        on_writable: Some(Self::on_writable),
        on_end: Some(Self::on_end),
        on_close: Some(Self::on_close),
    };

    /// # Safety
    /// Between attach and the end of `on_close`, on the stream's loop, where its calls never overlap.
    unsafe fn with(
        this: *mut c_void,
        place: &str,
        body: impl FnOnce(&mut O, &Here<'_, P>) -> Result<()>,
    ) -> jct_status {
        // SAFETY: the caller's promise; the instance is there until its `destroy`.
        unsafe {
            let owned = &mut *this.cast::<Self>();
            let instance: &Instance<P> = lifecycle::of(owned.instance as *mut c_void);
            lifecycle::here(instance, place, |here| body(&mut owned.owner, here))
        }
    }

    unsafe extern "C" fn on_data(this: *mut c_void, stream: u64, data: jct_bytes, consumed: *mut u64) -> jct_status {
        // SAFETY: as the kernel calls it; `data` is good for the call, `consumed` is to be written.
        unsafe {
            Self::with(this, "on_data", |owner, here| {
                let data = views::slice(data.data, data.size);
                *consumed = owner.on_data(here, StreamHandle(stream), data)? as u64;
                Ok(())
            })
        }
    }
    unsafe extern "C" fn on_writable(this: *mut c_void, stream: jct_handle) -> jct_status {
        // SAFETY: as the kernel calls it.
        unsafe { Self::with(this, "on_writable", |owner, here| owner.on_writable(here, StreamHandle(stream))) }
    }
    unsafe extern "C" fn on_end(this: *mut c_void, stream: jct_handle) -> jct_status {
        // SAFETY: as the kernel calls it.
        unsafe { Self::with(this, "on_end", |owner, here| owner.on_end(here, StreamHandle(stream))) }
    }
    unsafe extern "C" fn on_close(this: *mut c_void, _: jct_handle, reason: jct_status) {
        // SAFETY: the last call: the box is ours again, and its drop is behind the barrier as well.
        unsafe {
            Self::with(this, "on_close", |owner, here| owner.on_close(here, Status::from_code(reason)));
            let owned = Box::from_raw(this.cast::<Self>());
            let host = (*owned.instance).host().clone();
            drop(barrier::guarded(&host, "drop", || {
                drop(owned);
                Ok(())
            }));
        }
    }
}

/// Hands `owner` to the kernel by `attach`; where that fails it is dropped here.
fn own<P: Plugin, O: Conversation<P>>(
    remote: &Remote<P>,
    owner: O,
    attach: impl FnOnce(*const jct_stream_events, *mut c_void) -> jct_status,
) -> Result<()> {
    let this = Box::into_raw(Box::new(Owned { instance: remote.instance, owner }));
    let done = checked(attach(Owned::<P, O>::EVENTS, this.cast()));
    if done.is_err() {
        // SAFETY: refused, so the kernel does not have it.
        drop(unsafe { Box::from_raw(this) });
    }
    done
}

pub(crate) fn connect<P: Plugin>(
    remote: &Remote<P>,
    peer: SocketAddr,
    timeout: Duration,
    owner: impl Conversation<P>,
) -> Result<StreamHandle> {
    let tables = remote.host.tables();
    let (peer, timeout) = (address::to_raw(peer), task::nanos(timeout));
    let mut handle = 0;
    own(remote, owner, |events, this| {
        call!(tables.net.connect, tables.raw, &peer, std::ptr::null(), timeout, events, this, &mut handle)
    })?;
    Ok(StreamHandle(handle))
}

pub(crate) fn adopt<P: Plugin>(remote: &Remote<P>, fd: RawFd, owner: impl Conversation<P>) -> Result<StreamHandle> {
    // SAFETY: it was given away to this call; it closes unless the kernel takes it.
    let socket = unsafe { OwnedFd::from_raw_fd(fd) };
    let tables = remote.host.tables();
    let mut handle = 0;
    own(remote, owner, |events, this| call!(tables.fd.adopt, tables.raw, fd, events, this, &mut handle))?;
    std::mem::forget(socket);
    Ok(StreamHandle(handle))
}
