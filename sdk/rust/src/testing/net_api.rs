// SPDX-License-Identifier: Apache-2.0
//! The fake kernel's tables of sockets and descriptors. As the headers say: the host is ours, views are good for the call.
use super::kernel::Kernel;
use super::net::{info, local, FakeStreamState, Socket, Watched};
use super::records;
use crate::address;
use crate::raw::*;
use std::os::raw::{c_char, c_void};

pub(super) static NET: jct_net_api = jct_net_api {
    size: std::mem::size_of::<jct_net_api>() as u32,
    reserved: 0,
    listen: Some(listen),
    udp_open: Some(udp_open),
    close_listener: Some(close_listener),
    listener_addresses: Some(listener_addresses),
    udp_send: Some(udp_send),
    connect: Some(dial),
    attach: Some(attach),
    send: Some(send),
    pause: Some(pause),
    resume: Some(resume),
    end: Some(end),
    close: Some(close),
    set_idle_timeout: Some(set_idle_timeout),
    info: Some(tell_info),
    migrate: None,
    bridge: None,
    bridge_stats: None,
    bridge_set_policy: None,
    bridge_close: None,
    sendv: Some(sendv),
};

pub(super) static FD: jct_fd_api = jct_fd_api {
    size: std::mem::size_of::<jct_fd_api>() as u32,
    reserved: 0,
    watch: Some(watch),
    want: Some(want),
    unwatch: Some(unwatch),
    adopt: None,
};

type Host = *const jct_host;

unsafe extern "C" fn listen(
    host: Host,
    option: *const c_char,
    events: *const jct_listen_events,
    this: *mut c_void,
    out: *mut jct_handle,
) -> jct_status {
    // SAFETY: see the module; `out` is to be written. Here and below.
    unsafe {
        let kernel = Kernel::of(host);
        if let Err(status) = kernel.in_control("listen") {
            return status;
        }
        *out = kernel.handle();
        kernel.state().listeners.insert(*out, Socket { option: records::text(option), events, this });
    }
    JCT_OK
}
unsafe extern "C" fn udp_open(
    host: Host,
    option: *const c_char,
    events: *const jct_dgram_events,
    this: *mut c_void,
    out: *mut jct_handle,
) -> jct_status {
    // SAFETY: as above.
    unsafe {
        let kernel = Kernel::of(host);
        if let Err(status) = kernel.in_control("udp_open") {
            return status;
        }
        *out = kernel.handle();
        kernel.state().sockets.insert(*out, Socket { option: records::text(option), events, this });
    }
    JCT_OK
}
unsafe extern "C" fn close_listener(host: Host, listener: jct_handle) -> jct_status {
    // SAFETY: as above.
    let kernel = unsafe { Kernel::of(host) };
    if let Err(status) = kernel.on_loop("close_listener") {
        return status;
    }
    let mut state = kernel.state();
    if state.listeners.remove(&listener).is_some() || state.sockets.remove(&listener).is_some() {
        return JCT_OK;
    }
    JCT_E_CLOSED
}
unsafe extern "C" fn listener_addresses(
    _: Host,
    _: jct_handle,
    out: *mut jct_addr,
    capacity: u64,
    count: *mut u64,
) -> jct_status {
    // SAFETY: as above: `capacity` addresses and a count, to be written.
    unsafe {
        *count = 1;
        if capacity > 0 {
            out.write(address::to_raw(local()));
        }
    }
    JCT_OK
}
unsafe extern "C" fn udp_send(host: Host, datagram: *const jct_dgram) -> jct_status {
    // SAFETY: as above.
    let (kernel, peer, data) =
        unsafe { (Kernel::of(host), address::from_raw(&(*datagram).peer), records::bytes((*datagram).data).to_vec()) };
    if let Err(status) = kernel.on_loop("udp_send") {
        return status;
    }
    match peer {
        Some(peer) => kernel.state().datagrams.push((peer, data)),
        None => return JCT_E_ARG,
    }
    JCT_OK
}
unsafe extern "C" fn dial(
    host: Host,
    peer: *const jct_addr,
    _: *const jct_addr,
    _: u64,
    events: *const jct_stream_events,
    this: *mut c_void,
    out: *mut jct_handle,
) -> jct_status {
    // SAFETY: as above.
    unsafe {
        let kernel = Kernel::of(host);
        let (on_loop, peer) = match (kernel.on_loop("connect"), address::from_raw(&*peer)) {
            (Ok(index), Some(peer)) => (index, peer),
            (Err(status), _) => return status,
            _ => return JCT_E_ARG,
        };
        *out = kernel.handle();
        let mut stream = FakeStreamState::new(on_loop, peer, kernel.state().now);
        stream.dialled = true;
        stream.events = events;
        stream.this = this;
        kernel.state().streams.insert(*out, stream);
    }
    JCT_OK
}

/// An open stream of this loop.
fn on_stream(host: Host, stream: u64, what: &str, body: impl FnOnce(&mut FakeStreamState) -> jct_status) -> jct_status {
    // SAFETY: see the module.
    let kernel = unsafe { Kernel::of(host) };
    let here = match kernel.on_loop(what) {
        Ok(index) => index,
        Err(status) => return status,
    };
    let mut state = kernel.state();
    match state.streams.get_mut(&stream) {
        Some(found) if found.on_loop != here => {
            let text = format!("{what} on another loop than the stream's");
            state.complaints.push(text);
            JCT_E_THREAD
        }
        Some(found) if found.is_open() => body(found),
        _ => JCT_E_CLOSED,
    }
}

unsafe extern "C" fn attach(
    host: Host,
    stream: jct_handle,
    events: *const jct_stream_events,
    this: *mut c_void,
) -> jct_status {
    on_stream(host, stream, "attach", |stream| {
        stream.events = events;
        stream.this = this;
        JCT_OK
    })
}
fn queue(stream: &mut FakeStreamState, data: &[u8]) -> jct_status {
    if stream.stalled && stream.queued + data.len() > stream.high_mark {
        stream.refused = true;
        return JCT_E_AGAIN;
    }
    stream.queued += if stream.stalled { data.len() } else { 0 };
    stream.sent.extend_from_slice(data);
    JCT_OK
}
unsafe extern "C" fn send(host: Host, stream: jct_handle, data: jct_bytes) -> jct_status {
    // SAFETY: as above.
    let data = unsafe { records::bytes(data) };
    on_stream(host, stream, "send", |stream| queue(stream, data))
}
unsafe extern "C" fn sendv(host: Host, stream: jct_handle, pieces: *const jct_bytes, count: u64) -> jct_status {
    if count > u64::from(JCT_SENDV_PIECES) {
        return JCT_E_ARG;
    }
    // SAFETY: as above: `count` pieces.
    let data: Vec<u8> = unsafe {
        let pieces = if count == 0 { &[] } else { std::slice::from_raw_parts(pieces, count as usize) };
        pieces.iter().flat_map(|piece| records::bytes(*piece)).copied().collect()
    };
    on_stream(host, stream, "sendv", |stream| queue(stream, &data))
}
unsafe extern "C" fn pause(host: Host, stream: jct_handle) -> jct_status {
    on_stream(host, stream, "pause", |stream| {
        stream.paused = true;
        JCT_OK
    })
}
unsafe extern "C" fn resume(host: Host, stream: jct_handle) -> jct_status {
    on_stream(host, stream, "resume", |stream| {
        stream.paused = false;
        JCT_OK
    })
}
unsafe extern "C" fn end(host: Host, stream: jct_handle) -> jct_status {
    on_stream(host, stream, "end", |stream| {
        if stream.ended {
            stream.closing = Some(JCT_OK);
        }
        JCT_OK
    })
}
unsafe extern "C" fn close(host: Host, stream: jct_handle, _: u32) -> jct_status {
    on_stream(host, stream, "close", |stream| {
        stream.closing = Some(JCT_OK);
        JCT_OK
    })
}
unsafe extern "C" fn set_idle_timeout(host: Host, stream: jct_handle, timeout: u64) -> jct_status {
    // SAFETY: as above.
    let now = unsafe { Kernel::of(host) }.state().now;
    on_stream(host, stream, "set_idle_timeout", |stream| {
        stream.idle = timeout;
        stream.last = now;
        JCT_OK
    })
}
unsafe extern "C" fn tell_info(host: Host, stream: jct_handle, out: *mut jct_conn_info) -> jct_status {
    on_stream(host, stream, "info", |stream| {
        // SAFETY: as above.
        unsafe { *out = info(stream.peer, stream.on_loop) };
        JCT_OK
    })
}

unsafe extern "C" fn watch(
    host: Host,
    fd: i32,
    wanted: u32,
    run: jct_fd_fn,
    this: *mut c_void,
    out: *mut jct_handle,
) -> jct_status {
    // SAFETY: as above.
    unsafe {
        let kernel = Kernel::of(host);
        let on_loop = match kernel.on_loop("watch") {
            Ok(index) => index,
            Err(status) => return status,
        };
        if kernel.state().watches.values().any(|watch| watch.fd == fd && watch.on_loop == on_loop) {
            return JCT_E_EXISTS;
        }
        *out = kernel.handle();
        kernel.state().watches.insert(*out, Watched { fd, wanted, run, this, on_loop });
    }
    JCT_OK
}
unsafe extern "C" fn want(host: Host, watch: jct_handle, wanted: u32) -> jct_status {
    // SAFETY: as above.
    let kernel = unsafe { Kernel::of(host) };
    if let Err(status) = kernel.on_loop("want") {
        return status;
    }
    match kernel.state().watches.get_mut(&watch) {
        Some(watch) => {
            watch.wanted = wanted;
            JCT_OK
        }
        None => JCT_E_CLOSED,
    }
}
unsafe extern "C" fn unwatch(host: Host, watch: jct_handle) -> jct_status {
    // SAFETY: as above.
    let kernel = unsafe { Kernel::of(host) };
    if let Err(status) = kernel.on_loop("unwatch") {
        return status;
    }
    let found = kernel.state().watches.remove(&watch);
    if found.is_some() {
        JCT_OK
    } else {
        JCT_E_CLOSED
    }
}
