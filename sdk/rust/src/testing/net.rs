// SPDX-License-Identifier: Apache-2.0
//! Listeners, streams, datagrams and watches without a port. As the headers say: the host is ours, views are good for
//! the call.
use super::kernel::{Kernel, Place};
use crate::address;
use crate::raw::*;
use std::net::SocketAddr;
use std::os::raw::c_void;

pub(super) struct Socket<E: 'static> {
    pub(super) option: String,
    pub(super) events: *const E,
    pub(super) this: *mut c_void,
}

pub(super) struct Watched {
    pub(super) fd: i32,
    pub(super) wanted: u32,
    pub(super) run: jct_fd_fn,
    pub(super) this: *mut c_void,
    pub(super) on_loop: u32,
}

pub(super) struct FakeStreamState {
    pub(super) on_loop: u32,
    pub(super) events: *const jct_stream_events,
    pub(super) this: *mut c_void,
    pub(super) peer: SocketAddr,
    pub(super) dialled: bool,
    /// Not yet consumed.
    pub(super) inbox: Vec<u8>,
    /// Something came since the last on_data.
    pub(super) fresh: bool,
    pub(super) writable: bool,
    pub(super) ended: bool,
    pub(super) end_told: bool,
    pub(super) paused: bool,
    pub(super) sent: Vec<u8>,
    pub(super) queued: usize,
    pub(super) stalled: bool,
    pub(super) refused: bool,
    pub(super) high_mark: usize,
    pub(super) idle: u64,
    pub(super) last: u64,
    pub(super) closing: Option<jct_status>,
    pub(super) closed: bool,
}

impl FakeStreamState {
    pub(super) fn new(on_loop: u32, peer: SocketAddr, now: u64) -> Self {
        Self {
            on_loop,
            events: std::ptr::null(),
            this: std::ptr::null_mut(),
            peer,
            dialled: false,
            inbox: Vec::new(),
            fresh: false,
            writable: false,
            ended: false,
            end_told: false,
            paused: false,
            sent: Vec::new(),
            queued: 0,
            stalled: false,
            refused: false,
            high_mark: 1 << 20,
            idle: 0,
            last: now,
            closing: None,
            closed: false,
        }
    }
    fn is_attached(&self) -> bool {
        !self.events.is_null()
    }
    pub(super) fn is_open(&self) -> bool {
        !self.closed && self.closing.is_none()
    }
    pub(super) fn idle_at(&self) -> Option<u64> {
        (self.idle > 0 && self.is_open()).then(|| self.last.saturating_add(self.idle))
    }
}

/// What is to be told to a stream's owner next.
enum Next {
    Data,
    Writable,
    End,
    Close(jct_status),
}

fn next(stream: &FakeStreamState) -> Option<Next> {
    match stream.closing {
        _ if stream.closed => None,
        Some(reason) => Some(Next::Close(reason)),
        None if !stream.is_attached() || stream.paused => None,
        None if stream.writable => Some(Next::Writable),
        None if stream.fresh && !stream.inbox.is_empty() => Some(Next::Data),
        None if stream.ended && !stream.end_told => Some(Next::End),
        None => None,
    }
}

/// One callback of one stream; false where there is none.
pub(super) fn step(kernel: &Kernel) -> bool {
    let found = {
        let state = kernel.state();
        let found = state.streams.iter().find_map(|(handle, stream)| next(stream).map(|what| (*handle, what)));
        found
    };
    match found {
        Some((handle, what)) => tell(kernel, handle, what),
        None => return false,
    }
    true
}

fn with<R>(kernel: &Kernel, handle: u64, body: impl FnOnce(&mut FakeStreamState) -> R) -> Option<R> {
    kernel.state().streams.get_mut(&handle).map(body)
}

fn tell(kernel: &Kernel, handle: u64, what: Next) {
    let (events, this, on_loop) =
        with(kernel, handle, |stream| (stream.events, stream.this, stream.on_loop)).expect("it was found");
    if events.is_null() {
        with(kernel, handle, |stream| stream.closed = true);
        return;
    }
    // SAFETY: attached events stay valid until on_close.
    let events = unsafe { *events };
    let place = Place::Loop(on_loop);
    let status = match what {
        Next::Close(reason) => {
            with(kernel, handle, |stream| stream.closed = true);
            kernel.at(place, || ask!(events.on_close, (), this, handle, reason));
            JCT_OK
        }
        Next::Writable => {
            with(kernel, handle, |stream| stream.writable = false);
            kernel.at(place, || events.on_writable.map_or(JCT_OK, |_| call!(events.on_writable, this, handle)))
        }
        Next::End => {
            with(kernel, handle, |stream| stream.end_told = true);
            kernel.at(place, || events.on_end.map_or(JCT_OK, |_| call!(events.on_end, this, handle)))
        }
        Next::Data => data(kernel, handle, &events, this, place),
    };
    if !kernel.judge("a stream's callback", status) {
        with(kernel, handle, |stream| stream.closing = Some(status));
    }
}

fn data(kernel: &Kernel, handle: u64, events: &jct_stream_events, this: *mut c_void, place: Place) -> jct_status {
    let inbox = with(kernel, handle, |stream| {
        stream.fresh = false;
        std::mem::take(&mut stream.inbox)
    })
    .expect("it was found");
    let mut consumed = 0;
    let view = jct_bytes { data: inbox.as_ptr(), size: inbox.len() as u64 };
    let status = kernel.at(place, || call!(events.on_data, this, handle, view, &mut consumed));
    assert!(consumed <= inbox.len() as u64, "on_data consumed {consumed} bytes of {}", inbox.len());
    with(kernel, handle, |stream| stream.inbox.splice(..0, inbox[consumed as usize..].iter().copied()).for_each(drop));
    status
}

pub(super) fn close_idle(kernel: &Kernel) {
    {
        let mut state = kernel.state();
        let now = state.now;
        for stream in state.streams.values_mut().filter(|stream| stream.idle_at().map_or(false, |at| at <= now)) {
            stream.closing = Some(JCT_E_TIMEOUT);
        }
    }
    kernel.run_until_idle();
}

/// Before `stop`: each connection gets its on_close.
pub(super) fn end_all(kernel: &Kernel) {
    for stream in kernel.state().streams.values_mut().filter(|stream| stream.is_open()) {
        stream.closing = Some(JCT_OK);
    }
    while step(kernel) {}
}

pub(super) fn connect(kernel: &'static Kernel, option: &str, peer: SocketAddr, on_loop: u32) -> FakeStream {
    let handle = kernel.handle();
    let (found, stream) = {
        let state = kernel.state();
        let found = state.listeners.iter().find(|(_, listener)| listener.option == option);
        let mut stream = FakeStreamState::new(on_loop, peer, state.now);
        stream.closed = found.is_none();
        (found.map(|(listener, socket)| (*listener, socket.events, socket.this)), stream)
    };
    kernel.state().streams.insert(handle, stream);
    if let Some((listener, events, this)) = found {
        let info = info(peer, on_loop);
        // SAFETY: a listener's events live as long as it does.
        let accept = unsafe { (*events).on_accept };
        let status = kernel.at(Place::Loop(on_loop), || call!(accept, this, listener, handle, &info));
        let failed = !kernel.judge("on_accept", status);
        with(kernel, handle, |stream| {
            if (failed || !stream.is_attached()) && stream.is_open() {
                stream.closing = Some(if failed { status } else { JCT_OK });
            }
        });
    }
    FakeStream { kernel, handle }
}

pub(super) fn info(peer: SocketAddr, on_loop: u32) -> jct_conn_info {
    jct_conn_info {
        size: std::mem::size_of::<jct_conn_info>() as u32,
        flags: 0,
        r#loop: on_loop,
        reserved: 0,
        peer: address::to_raw(peer),
        local: address::to_raw(local()),
    }
}

pub(super) fn local() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 21116))
}

pub(super) fn datagrams(
    kernel: &Kernel,
    option: &str,
    peer: SocketAddr,
    batch: &[&[u8]],
) -> Vec<(SocketAddr, Vec<u8>)> {
    let found = {
        let state = kernel.state();
        let found = state.sockets.iter().find(|(_, socket)| socket.option == option);
        found.map(|(handle, socket)| (*handle, socket.events, socket.this))
    };
    if let Some((socket, events, this)) = found {
        let datagram = |data: &&[u8]| jct_dgram {
            socket,
            peer: address::to_raw(peer),
            local: address::to_raw(local()),
            data: jct_bytes { data: data.as_ptr(), size: data.len() as u64 },
        };
        let raw: Vec<jct_dgram> = batch.iter().map(datagram).collect();
        // SAFETY: a socket's events live as long as it does.
        let receive = unsafe { (*events).on_datagrams };
        let status = kernel.at(Place::Loop(0), || call!(receive, this, raw.as_ptr(), raw.len() as u64));
        kernel.judge("on_datagrams", status);
    }
    std::mem::take(&mut kernel.state().datagrams)
}

pub(super) fn dialled(kernel: &'static Kernel) -> Vec<FakeStream> {
    let state = kernel.state();
    let dialled = state.streams.iter().filter(|(_, stream)| stream.dialled);
    dialled.map(|(handle, _)| FakeStream { kernel, handle: *handle }).collect()
}

pub(super) fn make_ready(kernel: &Kernel, fd: i32, ready: u32) {
    let found: Vec<u64> = {
        let state = kernel.state();
        let waits = |watch: &Watched| watch.fd == fd && (watch.wanted | JCT_FD_ERROR) & ready != 0;
        state.watches.iter().filter(|(_, watch)| waits(watch)).map(|(handle, _)| *handle).collect()
    };
    for handle in found {
        let watch = kernel.state().watches.get(&handle).map(|watch| (watch.run, watch.this, watch.on_loop));
        if let Some((run, this, on_loop)) = watch {
            let status = kernel.at(Place::Loop(on_loop), || call!(run, this, handle, ready));
            if !kernel.judge("on_ready", status) {
                kernel.state().watches.remove(&handle);
            }
        }
    }
}

/// The other end of a connection.
#[derive(Clone, Copy)]
pub struct FakeStream {
    kernel: &'static Kernel,
    handle: u64,
}

impl FakeStream {
    fn with<R>(&self, body: impl FnOnce(&mut FakeStreamState) -> R) -> R {
        with(self.kernel, self.handle, body).expect("streams stay in the list")
    }
    /// Sends bytes, which are delivered when the host runs.
    pub fn deliver(&self, data: &[u8]) {
        let now = self.kernel.state().now;
        self.with(|stream| {
            stream.inbox.extend_from_slice(data);
            stream.fresh = true;
            stream.last = now;
        });
    }
    /// Sends nothing more.
    pub fn end(&self) {
        self.with(|stream| stream.ended = true);
    }
    /// Resets the connection.
    pub fn reset(&self) {
        self.with(|stream| stream.closing = stream.closing.or_else(|| (!stream.closed).then(|| JCT_E_RESET)));
    }
    /// A connection that the plugin dialled is there.
    pub fn answer(&self) {
        self.with(|stream| stream.writable = true);
    }
    /// All that was sent so far.
    pub fn sent(&self) -> Vec<u8> {
        self.with(|stream| stream.sent.clone())
    }
    /// What was sent since the last time.
    pub fn take_sent(&self) -> Vec<u8> {
        self.with(|stream| std::mem::take(&mut stream.sent))
    }
    /// The plugin's end has been closed.
    pub fn closed(&self) -> bool {
        self.with(|stream| stream.closed)
    }
    /// It reads nothing any more; `high_mark` bytes fit into the queue.
    pub fn stall(&self, high_mark: usize) {
        self.with(|stream| {
            stream.stalled = true;
            stream.high_mark = high_mark;
        });
    }
    /// It reads again.
    pub fn unstall(&self) {
        self.with(|stream| {
            stream.stalled = false;
            stream.queued = 0;
            stream.writable = std::mem::take(&mut stream.refused);
        });
    }
}
