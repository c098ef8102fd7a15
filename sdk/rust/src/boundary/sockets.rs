// SPDX-License-Identifier: Apache-2.0
//! Listeners and datagram sockets. They belong to the kernel; a plugin opens them in `start`.
use super::{lifecycle, views, Host, Instance};
use crate::address;
use crate::opt::{Datagrams, Listeners, Opt};
use crate::raw::*;
use crate::status::checked;
use crate::{Here, OnLoop, Plugin, Result, Stream};
use std::fmt;
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::os::raw::c_void;

/// Who is at the other end of a connection.
#[derive(Clone, Copy)]
pub struct ConnInfo(pub(crate) jct_conn_info);

impl ConnInfo {
    /// The client, by a trusted proxy's word where there is one.
    pub fn peer(&self) -> Option<SocketAddr> {
        address::from_raw(&self.0.peer)
    }
    /// The address that was hit.
    pub fn local(&self) -> Option<SocketAddr> {
        address::from_raw(&self.0.local)
    }
    /// The wire is encrypted, bytes here are plain.
    pub fn is_tls(&self) -> bool {
        self.0.flags & JCT_CONN_TLS != 0
    }
    /// `peer` was named by a trusted proxy.
    pub fn is_proxied(&self) -> bool {
        self.0.flags & JCT_CONN_PROXIED != 0
    }
    /// At the accept: bytes of the client are there, so it does not wait for ours.
    pub fn has_spoken(&self) -> bool {
        self.0.flags & JCT_CONN_SPOKEN != 0
    }
}

impl fmt::Debug for ConnInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnInfo").field("peer", &self.peer()).field("local", &self.local()).finish_non_exhaustive()
    }
}

/// What both kinds share: closed with its owner. The callback stays until the instance goes, as another loop may be in it.
struct Opened {
    host: Host,
    handle: jct_handle,
    not_send: PhantomData<*const ()>,
}

impl Opened {
    fn of<P: Plugin>(instance: &Instance<P>, handle: jct_handle) -> Self {
        Self { host: instance.host().clone(), handle, not_send: PhantomData }
    }
    fn addresses(&self) -> Vec<SocketAddr> {
        let tables = self.host.tables();
        let mut found = vec![address::NONE; 16];
        let mut count = 0;
        let room = found.len() as u64;
        call!(tables.net.listener_addresses, tables.raw, self.handle, found.as_mut_ptr(), room, &mut count);
        found.iter().take(count as usize).filter_map(address::from_raw).collect()
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        let tables = self.host.tables();
        call!(tables.net.close_listener, tables.raw, self.handle);
    }
}

struct Held<P: Plugin, F> {
    instance: *const Instance<P>,
    callback: F,
}

// SAFETY: the instance outlives its callbacks, and F is Send.
unsafe impl<P: Plugin, F: Send> Send for Held<P, F> {}

/// # Safety
/// `this` is a `Held` that the instance keeps.
unsafe fn held<'a, P: Plugin, F>(this: *mut c_void) -> (&'a Instance<P>, &'a F) {
    // SAFETY: the caller's promise.
    unsafe {
        let held = &*this.cast::<Held<P, F>>();
        (lifecycle::of(held.instance as *mut c_void), &held.callback)
    }
}

/// The sockets of a listener option. Stops accepting when it is dropped.
#[must_use = "it ends where it is dropped"]
pub struct Listener(Opened);

struct Accepts<P, F>(PhantomData<(P, F)>);

impl<P, F> Accepts<P, F>
where
    P: Plugin,
    F: Fn(&Here<'_, P>, Stream, &ConnInfo) -> Result<()> + Send + Sync + 'static,
{
    const EVENTS: &'static jct_listen_events = &jct_listen_events {
        size: std::mem::size_of::<jct_listen_events>() as u32,
        reserved: 0,
        on_accept: Some(Self::on_accept),
    };
    unsafe extern "C" fn on_accept(
        this: *mut c_void,
        _: jct_handle,
        stream: jct_handle,
        info: *const jct_conn_info,
    ) -> jct_status {
        // SAFETY: as the kernel calls it: `info` is good for the call.
        let ((instance, accept), info) = unsafe { (held::<P, F>(this), ConnInfo(*info)) };
        let stream = Stream::of(instance.host(), stream);
        lifecycle::here(instance, "on_accept", |here| accept(here, stream, &info))
    }
}

impl Listener {
    pub(crate) fn open<P: Plugin, F>(instance: &Instance<P>, option: &Opt<Listeners>, accept: F) -> Result<Self>
    where
        F: Fn(&Here<'_, P>, Stream, &ConnInfo) -> Result<()> + Send + Sync + 'static,
    {
        let name = option.declared().name();
        let this = instance.keep(Box::new(Held { instance, callback: accept }));
        let tables = instance.host().tables();
        let mut handle = 0;
        let raw_name = views::c_string(name);
        checked(call!(tables.net.listen, tables.raw, raw_name.as_ptr(), Accepts::<P, F>::EVENTS, this, &mut handle))
            .map_err(|error| error.of(name))?;
        Ok(Self(Opened::of(instance, handle)))
    }
    /// Where it listens, port 0 resolved.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.0.addresses()
    }
}

/// One datagram; good for the call.
#[derive(Clone, Copy)]
pub struct Datagram<'a>(&'a jct_dgram);

impl Datagram<'_> {
    /// Who sent it.
    pub fn peer(&self) -> Option<SocketAddr> {
        address::from_raw(&self.0.peer)
    }
    /// What it says.
    pub fn data(&self) -> &[u8] {
        // SAFETY: good for the call, whose length the lifetime has.
        unsafe { views::slice(self.0.data.data, self.0.data.size) }
    }
    /// Sends an answer back, from the address that was hit; leaves in one batch with the others. `Status::AGAIN` when
    /// the batch is full.
    pub fn reply(&self, at: &impl OnLoop, data: &[u8]) -> Result<()> {
        send(at, &jct_dgram { data: views::bytes(data), ..*self.0 })
    }
}

fn send(at: &impl OnLoop, datagram: &jct_dgram) -> Result<()> {
    let tables = at.place().host.tables();
    checked(call!(tables.net.udp_send, tables.raw, datagram))
}

/// The sockets of a datagram option. Stops receiving when it is dropped.
#[must_use = "it ends where it is dropped"]
pub struct UdpSocket(Opened);

struct Receives<P, F>(PhantomData<(P, F)>);

impl<P, F> Receives<P, F>
where
    P: Plugin,
    F: Fn(&Here<'_, P>, &[Datagram<'_>]) -> Result<()> + Send + Sync + 'static,
{
    const EVENTS: &'static jct_dgram_events = &jct_dgram_events {
        size: std::mem::size_of::<jct_dgram_events>() as u32,
        reserved: 0,
        on_datagrams: Some(Self::on_datagrams),
    };
    unsafe extern "C" fn on_datagrams(this: *mut c_void, datagrams: *const jct_dgram, count: u64) -> jct_status {
        // SAFETY: as the kernel calls it: `count` datagrams, good for the call.
        let ((instance, receive), batch) = unsafe {
            let batch = if count == 0 { &[] } else { std::slice::from_raw_parts(datagrams, count as usize) };
            (held::<P, F>(this), batch)
        };
        lifecycle::here(instance, "on_datagrams", |here| {
            let batch: Vec<Datagram<'_>> = batch.iter().map(Datagram).collect();
            receive(here, &batch)
        })
    }
}

impl UdpSocket {
    pub(crate) fn open<P: Plugin, F>(instance: &Instance<P>, option: &Opt<Datagrams>, receive: F) -> Result<Self>
    where
        F: Fn(&Here<'_, P>, &[Datagram<'_>]) -> Result<()> + Send + Sync + 'static,
    {
        let name = option.declared().name();
        let this = instance.keep(Box::new(Held { instance, callback: receive }));
        let tables = instance.host().tables();
        let mut handle = 0;
        let raw_name = views::c_string(name);
        checked(call!(tables.net.udp_open, tables.raw, raw_name.as_ptr(), Receives::<P, F>::EVENTS, this, &mut handle))
            .map_err(|error| error.of(name))?;
        Ok(Self(Opened::of(instance, handle)))
    }
    /// Where it receives, port 0 resolved.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.0.addresses()
    }
    /// To somebody who has not asked; from `local`, or the address that the system chooses.
    pub fn send(&self, at: &impl OnLoop, peer: SocketAddr, local: Option<SocketAddr>, data: &[u8]) -> Result<()> {
        let local = local.map_or(address::NONE, address::to_raw);
        let datagram =
            jct_dgram { socket: self.0.handle, peer: address::to_raw(peer), local, data: views::bytes(data) };
        send(at, &datagram)
    }
}
