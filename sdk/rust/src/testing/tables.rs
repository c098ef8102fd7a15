// SPDX-License-Identifier: Apache-2.0
//! The fake kernel's tables: loops, timers, services. As the headers say: the host is ours, views are good for the call.
use super::kernel::{Clocked, Kernel, Place, PoolWork};
use super::{config, net_api, records};
use crate::raw::*;
use std::os::raw::{c_char, c_void};

pub(super) unsafe extern "C" fn api(_: *const jct_host, id: *const c_char) -> *const c_void {
    fn table<T>(table: &'static T) -> *const c_void {
        let raw: *const T = table;
        raw.cast()
    }
    // SAFETY: an id ends with NUL.
    match unsafe { records::text(id) }.as_str() {
        JCT_CONFIG_API => table(&config::API),
        JCT_LOG_API => table(&LOG),
        JCT_EVENT_API => table(&EVENT),
        JCT_LOOP_API => table(&LOOP),
        JCT_NET_API => table(&net_api::NET),
        JCT_FD_API => table(&net_api::FD),
        JCT_SERVICE_API => table(&SERVICE),
        JCT_METRIC_API => table(&METRIC),
        JCT_CONTROL_API => table(&CONTROL),
        _ => std::ptr::null(),
    }
}

static LOG: jct_log_api = jct_log_api {
    size: std::mem::size_of::<jct_log_api>() as u32,
    reserved: 0,
    enabled: Some(records::enabled),
    write: Some(records::write),
};

static EVENT: jct_event_api = jct_event_api {
    size: std::mem::size_of::<jct_event_api>() as u32,
    reserved: 0,
    wanted: Some(records::wanted),
    publish: Some(records::publish_own),
    subscribe: Some(records::subscribe),
};

static METRIC: jct_metric_api = jct_metric_api {
    size: std::mem::size_of::<jct_metric_api>() as u32,
    reserved: 0,
    open: Some(records::open_metric),
    add: Some(records::add_metric),
    set: Some(records::set_metric),
    read: None,
};

static CONTROL: jct_control_api = jct_control_api {
    size: std::mem::size_of::<jct_control_api>() as u32,
    reserved: 0,
    command: Some(records::add_command),
};

static LOOP: jct_loop_api = jct_loop_api {
    size: std::mem::size_of::<jct_loop_api>() as u32,
    reserved: 0,
    count: Some(count),
    current: Some(current),
    home: Some(home),
    post: Some(post),
    offload: Some(offload),
    now: Some(now),
    wall: Some(wall),
    timer_start: Some(timer_start),
    timer_cancel: Some(timer_cancel),
    enter: Some(enter),
    leave: Some(leave),
    random: Some(random),
    offload_within: Some(offload_within),
};

static SERVICE: jct_service_api = jct_service_api {
    size: std::mem::size_of::<jct_service_api>() as u32,
    reserved: 0,
    provide: Some(provide),
    find: Some(find),
    find_all: None,
};

unsafe extern "C" fn count(host: *const jct_host) -> u32 {
    // SAFETY: here and below: see the module.
    unsafe { Kernel::of(host) }.state().loops
}
unsafe extern "C" fn current(host: *const jct_host) -> u32 {
    // SAFETY: as above.
    match unsafe { Kernel::of(host) }.place() {
        Place::Loop(index) => index,
        _ => JCT_NO_LOOP,
    }
}
unsafe extern "C" fn home(_: *const jct_host) -> u32 {
    0
}
unsafe extern "C" fn now(host: *const jct_host) -> u64 {
    // SAFETY: as above.
    unsafe { Kernel::of(host) }.state().now
}
unsafe extern "C" fn wall(host: *const jct_host) -> u64 {
    // SAFETY: as above.
    unsafe { Kernel::of(host) }.state().wall
}
unsafe extern "C" fn random(_: *const jct_host, out: *mut u8, size: u64) {
    // The same in each run, and no two bytes in a row alike.
    for index in 0..size as usize {
        // SAFETY: `size` bytes, to be written.
        unsafe { out.add(index).write((index as u8).wrapping_mul(37).wrapping_add(11)) };
    }
}
unsafe extern "C" fn enter(host: *const jct_host) -> jct_status {
    // SAFETY: as above.
    if unsafe { Kernel::of(host) }.state().stopping {
        return JCT_E_STATE;
    }
    JCT_OK
}
unsafe extern "C" fn leave(_: *const jct_host) {}

fn dropped(task: jct_task) {
    ask!(task.drop, (), task.this);
}

unsafe extern "C" fn post(host: *const jct_host, to: u32, task: jct_task) -> jct_status {
    // SAFETY: as above.
    let kernel = unsafe { Kernel::of(host) };
    let mut state = kernel.state();
    if to < state.loops && !state.stopping {
        state.tasks.push_back((to, task));
        return JCT_OK;
    }
    let stopping = state.stopping;
    drop(state);
    dropped(task);
    if stopping {
        JCT_E_STATE
    } else {
        JCT_E_ARG
    }
}
unsafe extern "C" fn offload(host: *const jct_host, work: jct_task, done: jct_task) -> jct_status {
    // SAFETY: as above.
    to_pool(unsafe { Kernel::of(host) }, work, done, None, u64::MAX)
}
unsafe extern "C" fn offload_within(
    host: *const jct_host,
    within: u64,
    work: jct_task,
    done: jct_task,
    late: jct_task,
) -> jct_status {
    // SAFETY: as above.
    let kernel = unsafe { Kernel::of(host) };
    if within == 0 {
        [work, done, late].into_iter().for_each(dropped);
        return JCT_E_ARG;
    }
    let deadline = kernel.state().now.saturating_add(within);
    to_pool(kernel, work, done, Some(late), deadline)
}
fn to_pool(kernel: &Kernel, work: jct_task, done: jct_task, late: Option<jct_task>, deadline: u64) -> jct_status {
    let on_loop = if let Place::Loop(index) = kernel.place() { index } else { 0 };
    let mut state = kernel.state();
    if state.stopping {
        drop(state);
        [work, done].into_iter().chain(late).for_each(dropped);
        return JCT_E_STATE;
    }
    state.pool.push_back(PoolWork { work, done, late, deadline, on_loop });
    JCT_OK
}

unsafe extern "C" fn timer_start(
    host: *const jct_host,
    delay: u64,
    repeat: u64,
    run: jct_timer_fn,
    this: *mut c_void,
    out: *mut jct_handle,
) -> jct_status {
    // SAFETY: as above; `out` is to be written.
    unsafe {
        let kernel = Kernel::of(host);
        let on_loop = match kernel.on_loop("timer_start") {
            Ok(index) => index,
            Err(status) => return status,
        };
        *out = kernel.handle();
        let mut state = kernel.state();
        let due = state.now.saturating_add(delay);
        state.timers.insert(*out, Clocked { due, repeat, run, this, on_loop });
        JCT_OK
    }
}
unsafe extern "C" fn timer_cancel(host: *const jct_host, timer: jct_handle) -> jct_status {
    // SAFETY: as above.
    let kernel = unsafe { Kernel::of(host) };
    if let Err(status) = kernel.on_loop("timer_cancel") {
        return status;
    }
    let found = kernel.state().timers.remove(&timer);
    if found.is_some() {
        JCT_OK
    } else {
        JCT_E_CLOSED
    }
}

unsafe extern "C" fn provide(
    host: *const jct_host,
    id: *const c_char,
    table: *const c_void,
    this: *mut c_void,
) -> jct_status {
    // SAFETY: as above.
    let (kernel, id) = unsafe { (Kernel::of(host), records::text(id)) };
    if let Err(status) = kernel.in_control("provide") {
        return status;
    }
    kernel.state().services.insert(id, crate::ServiceRef { table, this });
    JCT_OK
}
unsafe extern "C" fn find(host: *const jct_host, id: *const c_char, out: *mut jct_service_ref) -> jct_status {
    // SAFETY: as above; `out` is to be written.
    unsafe {
        let kernel = Kernel::of(host);
        if let Err(status) = kernel.in_control("find") {
            return status;
        }
        match kernel.state().services.get(&records::text(id)) {
            Some(found) => {
                *out = jct_service_ref { table: found.table, this: found.this, instance: records::view("fake") };
                JCT_OK
            }
            None => JCT_E_NOT_FOUND,
        }
    }
}
