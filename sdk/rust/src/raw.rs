// SPDX-License-Identifier: Apache-2.0
// Written by sdk/layout/generate_rust from sdk/include/junctor. Not to be edited.
//! The boundary as it is in C: `sdk/include/junctor/*.h` and `service/*.h`, where each function says its thread and
//! each pointer its owner. For what the safe part of this crate does not cover.
#![allow(non_camel_case_types, missing_docs)]

use std::os::raw::{c_char, c_void};

pub type jct_status = i32;
pub type jct_handle = u64;

/// Opaque: read through `jct_config_api`.
#[repr(C)]
pub struct jct_config {
    opaque: [u8; 0],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_str {
    pub data: *const c_char,
    pub size: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_bytes {
    pub data: *const u8,
    pub size: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_addr {
    pub ip: [u8; 16],
    pub scope: u32,
    pub port: u16,
    pub family: u8,
    pub reserved: u8,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_task {
    pub this: *mut c_void,
    pub run: Option<unsafe extern "C" fn(this: *mut c_void)>,
    pub drop: Option<unsafe extern "C" fn(this: *mut c_void)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_error {
    pub size: u32,
    pub code: jct_status,
    pub text: [c_char; 512],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_option {
    pub size: u32,
    pub r#type: u32,
    pub flags: u32,
    pub field_count: u32,
    pub name: *const c_char,
    pub default_text: *const c_char,
    pub help: *const c_char,
    pub min: i64,
    pub max: i64,
    pub choices: *const *const c_char,
    pub fields: *const *const jct_option,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_host {
    pub size: u32,
    pub abi_minor: u32,
    pub api: Option<unsafe extern "C" fn(host: *const jct_host, id: *const c_char) -> *const c_void>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_plugin {
    pub size: u32,
    pub abi_minor: u32,
    pub abi_minor_needed: u32,
    pub flags: u32,
    pub name: *const c_char,
    pub version: *const c_char,
    pub summary: *const c_char,
    pub provides: *const *const c_char,
    pub needs: *const *const c_char,
    pub options: *const *const jct_option,
    pub option_count: u32,
    pub reserved: u32,
    pub create: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            config: *const jct_config,
            this: *mut *mut c_void,
            error: *mut jct_error,
        ) -> jct_status,
    >,
    pub start: Option<unsafe extern "C" fn(this: *mut c_void, error: *mut jct_error) -> jct_status>,
    pub check: Option<
        unsafe extern "C" fn(this: *mut c_void, candidate: *const jct_config, error: *mut jct_error) -> jct_status,
    >,
    pub apply: Option<unsafe extern "C" fn(this: *mut c_void, config: *const jct_config)>,
    pub drain: Option<unsafe extern "C" fn(this: *mut c_void, done: jct_task)>,
    pub stop: Option<unsafe extern "C" fn(this: *mut c_void)>,
    pub destroy: Option<unsafe extern "C" fn(this: *mut c_void)>,
    pub verify: Option<
        unsafe extern "C" fn(
            api: *const jct_config_api,
            config: *const jct_config,
            error: *mut jct_error,
        ) -> jct_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_claims {
    pub size: u32,
    pub reserved: u32,
    pub this: *mut c_void,
    pub take: Option<unsafe extern "C" fn(this: *mut c_void, service: jct_str, what: jct_str, option: jct_str)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_claiming_plugin {
    pub plugin: jct_plugin,
    pub claims: Option<
        unsafe extern "C" fn(
            api: *const jct_config_api,
            config: *const jct_config,
            out: *const jct_claims,
            error: *mut jct_error,
        ) -> jct_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_config_api {
    pub size: u32,
    pub reserved: u32,
    pub get_int:
        Option<unsafe extern "C" fn(config: *const jct_config, name: *const c_char, out: *mut i64) -> jct_status>,
    pub get_str:
        Option<unsafe extern "C" fn(config: *const jct_config, name: *const c_char, out: *mut jct_str) -> jct_status>,
    pub count:
        Option<unsafe extern "C" fn(config: *const jct_config, name: *const c_char, out: *mut u64) -> jct_status>,
    pub int_at: Option<
        unsafe extern "C" fn(config: *const jct_config, name: *const c_char, index: u64, out: *mut i64) -> jct_status,
    >,
    pub str_at: Option<
        unsafe extern "C" fn(
            config: *const jct_config,
            name: *const c_char,
            index: u64,
            out: *mut jct_str,
        ) -> jct_status,
    >,
    pub record_at: Option<
        unsafe extern "C" fn(
            config: *const jct_config,
            name: *const c_char,
            index: u64,
            out: *mut *const jct_config,
        ) -> jct_status,
    >,
    pub instance: Option<unsafe extern "C" fn(config: *const jct_config) -> jct_str>,
    pub kernel_int:
        Option<unsafe extern "C" fn(config: *const jct_config, name: *const c_char, out: *mut i64) -> jct_status>,
    pub kernel_str:
        Option<unsafe extern "C" fn(config: *const jct_config, name: *const c_char, out: *mut jct_str) -> jct_status>,
}

pub type jct_command_fn = Option<unsafe extern "C" fn(this: *mut c_void, args: jct_str, reply: jct_reply)>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_reply {
    pub this: *mut c_void,
    pub finish: Option<unsafe extern "C" fn(this: *mut c_void, status: jct_status, json: jct_str)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_control_api {
    pub size: u32,
    pub reserved: u32,
    pub command: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            name: *const c_char,
            help: *const c_char,
            r#fn: jct_command_fn,
            this: *mut c_void,
        ) -> jct_status,
    >,
}

pub type jct_event_fn = Option<unsafe extern "C" fn(this: *mut c_void, event: *const jct_event)>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_event {
    pub size: u32,
    pub reserved: u32,
    pub instance: jct_str,
    pub name: jct_str,
    pub wall: u64,
    pub fields: *const jct_field,
    pub count: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_event_api {
    pub size: u32,
    pub reserved: u32,
    pub wanted: Option<unsafe extern "C" fn(host: *const jct_host) -> u32>,
    pub publish:
        Option<unsafe extern "C" fn(host: *const jct_host, name: *const c_char, fields: *const jct_field, count: u64)>,
    pub subscribe:
        Option<unsafe extern "C" fn(host: *const jct_host, r#fn: jct_event_fn, this: *mut c_void) -> jct_status>,
}

pub type jct_fd_fn = Option<unsafe extern "C" fn(this: *mut c_void, watch: jct_handle, ready: u32) -> jct_status>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_fd_api {
    pub size: u32,
    pub reserved: u32,
    pub watch: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            fd: i32,
            wanted: u32,
            r#fn: jct_fd_fn,
            this: *mut c_void,
            out: *mut jct_handle,
        ) -> jct_status,
    >,
    pub want: Option<unsafe extern "C" fn(host: *const jct_host, watch: jct_handle, wanted: u32) -> jct_status>,
    pub unwatch: Option<unsafe extern "C" fn(host: *const jct_host, watch: jct_handle) -> jct_status>,
    pub adopt: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            fd: i32,
            events: *const jct_stream_events,
            this: *mut c_void,
            out: *mut jct_handle,
        ) -> jct_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_field {
    pub key: *const c_char,
    pub value: jct_str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_log_api {
    pub size: u32,
    pub reserved: u32,
    pub enabled: Option<unsafe extern "C" fn(host: *const jct_host, level: u32) -> u32>,
    pub write: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            level: u32,
            event: *const c_char,
            fields: *const jct_field,
            count: u64,
        ),
    >,
}

pub type jct_timer_fn = Option<unsafe extern "C" fn(this: *mut c_void, timer: jct_handle) -> jct_status>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_loop_api {
    pub size: u32,
    pub reserved: u32,
    pub count: Option<unsafe extern "C" fn(host: *const jct_host) -> u32>,
    pub current: Option<unsafe extern "C" fn(host: *const jct_host) -> u32>,
    pub home: Option<unsafe extern "C" fn(host: *const jct_host) -> u32>,
    pub post: Option<unsafe extern "C" fn(host: *const jct_host, r#loop: u32, task: jct_task) -> jct_status>,
    pub offload: Option<unsafe extern "C" fn(host: *const jct_host, work: jct_task, done: jct_task) -> jct_status>,
    pub now: Option<unsafe extern "C" fn(host: *const jct_host) -> u64>,
    pub wall: Option<unsafe extern "C" fn(host: *const jct_host) -> u64>,
    pub timer_start: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            delay_ns: u64,
            repeat_ns: u64,
            r#fn: jct_timer_fn,
            this: *mut c_void,
            out: *mut jct_handle,
        ) -> jct_status,
    >,
    pub timer_cancel: Option<unsafe extern "C" fn(host: *const jct_host, timer: jct_handle) -> jct_status>,
    pub enter: Option<unsafe extern "C" fn(host: *const jct_host) -> jct_status>,
    pub leave: Option<unsafe extern "C" fn(host: *const jct_host)>,
    pub random: Option<unsafe extern "C" fn(host: *const jct_host, out: *mut u8, size: u64)>,
    pub offload_within: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            deadline_ns: u64,
            work: jct_task,
            done: jct_task,
            late: jct_task,
        ) -> jct_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_metric_row {
    pub size: u32,
    pub kind: u32,
    pub instance: jct_str,
    pub plugin: jct_str,
    pub name: jct_str,
    pub label: jct_str,
    pub help: jct_str,
    pub value: i64,
    pub buckets: *const u64,
    pub bucket_count: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_metric_api {
    pub size: u32,
    pub reserved: u32,
    pub open: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            kind: u32,
            name: *const c_char,
            label: *const c_char,
            help: *const c_char,
            out: *mut jct_handle,
        ) -> jct_status,
    >,
    pub add: Option<unsafe extern "C" fn(host: *const jct_host, metric: jct_handle, value: i64)>,
    pub set: Option<unsafe extern "C" fn(host: *const jct_host, metric: jct_handle, value: i64)>,
    pub read: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            this: *mut c_void,
            row: Option<unsafe extern "C" fn(this: *mut c_void, row: *const jct_metric_row)>,
        ),
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_conn_info {
    pub size: u32,
    pub flags: u32,
    pub r#loop: u32,
    pub reserved: u32,
    pub peer: jct_addr,
    pub local: jct_addr,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_stream_events {
    pub size: u32,
    pub reserved: u32,
    pub on_data: Option<
        unsafe extern "C" fn(this: *mut c_void, stream: jct_handle, data: jct_bytes, consumed: *mut u64) -> jct_status,
    >,
    pub on_writable: Option<unsafe extern "C" fn(this: *mut c_void, stream: jct_handle) -> jct_status>,
    pub on_end: Option<unsafe extern "C" fn(this: *mut c_void, stream: jct_handle) -> jct_status>,
    pub on_close: Option<unsafe extern "C" fn(this: *mut c_void, stream: jct_handle, reason: jct_status)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_listen_events {
    pub size: u32,
    pub reserved: u32,
    pub on_accept: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            listener: jct_handle,
            stream: jct_handle,
            info: *const jct_conn_info,
        ) -> jct_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_dgram {
    pub socket: jct_handle,
    pub peer: jct_addr,
    pub local: jct_addr,
    pub data: jct_bytes,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_dgram_events {
    pub size: u32,
    pub reserved: u32,
    pub on_datagrams:
        Option<unsafe extern "C" fn(this: *mut c_void, datagrams: *const jct_dgram, count: u64) -> jct_status>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_bridge_policy {
    pub size: u32,
    pub gather_us: u32,
    pub idle_timeout_ns: u64,
    pub max_lifetime_ns: u64,
    pub rate: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_bridge_stats {
    pub size: u32,
    pub reserved: u32,
    pub bytes_ab: u64,
    pub bytes_ba: u64,
    pub age_ns: u64,
    pub idle_ns: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_bridge_events {
    pub size: u32,
    pub reserved: u32,
    pub on_close: Option<
        unsafe extern "C" fn(this: *mut c_void, bridge: jct_handle, reason: jct_status, stats: *const jct_bridge_stats),
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_net_api {
    pub size: u32,
    pub reserved: u32,
    pub listen: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            option: *const c_char,
            events: *const jct_listen_events,
            this: *mut c_void,
            out: *mut jct_handle,
        ) -> jct_status,
    >,
    pub udp_open: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            option: *const c_char,
            events: *const jct_dgram_events,
            this: *mut c_void,
            out: *mut jct_handle,
        ) -> jct_status,
    >,
    pub close_listener: Option<unsafe extern "C" fn(host: *const jct_host, listener: jct_handle) -> jct_status>,
    pub listener_addresses: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            listener: jct_handle,
            out: *mut jct_addr,
            capacity: u64,
            count: *mut u64,
        ) -> jct_status,
    >,
    pub udp_send: Option<unsafe extern "C" fn(host: *const jct_host, datagram: *const jct_dgram) -> jct_status>,
    pub connect: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            peer: *const jct_addr,
            local: *const jct_addr,
            timeout_ns: u64,
            events: *const jct_stream_events,
            this: *mut c_void,
            out: *mut jct_handle,
        ) -> jct_status,
    >,
    pub attach: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            stream: jct_handle,
            events: *const jct_stream_events,
            this: *mut c_void,
        ) -> jct_status,
    >,
    pub send: Option<unsafe extern "C" fn(host: *const jct_host, stream: jct_handle, data: jct_bytes) -> jct_status>,
    pub pause: Option<unsafe extern "C" fn(host: *const jct_host, stream: jct_handle) -> jct_status>,
    pub resume: Option<unsafe extern "C" fn(host: *const jct_host, stream: jct_handle) -> jct_status>,
    pub end: Option<unsafe extern "C" fn(host: *const jct_host, stream: jct_handle) -> jct_status>,
    pub close: Option<unsafe extern "C" fn(host: *const jct_host, stream: jct_handle, abort: u32) -> jct_status>,
    pub set_idle_timeout:
        Option<unsafe extern "C" fn(host: *const jct_host, stream: jct_handle, timeout_ns: u64) -> jct_status>,
    pub info:
        Option<unsafe extern "C" fn(host: *const jct_host, stream: jct_handle, out: *mut jct_conn_info) -> jct_status>,
    pub migrate: Option<
        unsafe extern "C" fn(host: *const jct_host, stream: jct_handle, r#loop: u32, arrived: jct_task) -> jct_status,
    >,
    pub bridge: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            a: jct_handle,
            b: jct_handle,
            policy: *const jct_bridge_policy,
            events: *const jct_bridge_events,
            this: *mut c_void,
            out: *mut jct_handle,
        ) -> jct_status,
    >,
    pub bridge_stats: Option<
        unsafe extern "C" fn(host: *const jct_host, bridge: jct_handle, out: *mut jct_bridge_stats) -> jct_status,
    >,
    pub bridge_set_policy: Option<
        unsafe extern "C" fn(host: *const jct_host, bridge: jct_handle, policy: *const jct_bridge_policy) -> jct_status,
    >,
    pub bridge_close: Option<unsafe extern "C" fn(host: *const jct_host, bridge: jct_handle) -> jct_status>,
    pub sendv: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            stream: jct_handle,
            pieces: *const jct_bytes,
            count: u64,
        ) -> jct_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_admissions_service {
    pub size: u32,
    pub reserved: u32,
    pub command: Option<unsafe extern "C" fn(this: *mut c_void, verb: jct_str, args: jct_str, reply: jct_reply)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_auth_request {
    pub size: u32,
    pub kind: u32,
    pub id: jct_str,
    pub address: jct_addr,
    pub transport: u32,
    pub conn_type: u32,
    pub licence_key: jct_str,
    pub token: jct_str,
    pub uuid: jct_bytes,
    pub pk: jct_bytes,
    pub old_id: jct_str,
    pub switch_code: jct_str,
    pub session: jct_str,
    pub id_state: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_auth_answer {
    pub size: u32,
    pub verdict: jct_status,
    pub reason: jct_str,
    pub text: jct_str,
    pub user: jct_str,
    pub control_permissions: u64,
    pub conn_audit_ref: jct_str,
    pub feedback: u32,
    pub flags: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_auth_done {
    pub this: *mut c_void,
    pub done: Option<unsafe extern "C" fn(this: *mut c_void, verdict: jct_status, reason: jct_str, text: jct_str)>,
    pub r#loop: u32,
    pub size: u32,
    pub answer: Option<unsafe extern "C" fn(this: *mut c_void, answer: *const jct_auth_answer)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_auth_service {
    pub size: u32,
    pub reserved: u32,
    pub check:
        Option<unsafe extern "C" fn(this: *mut c_void, request: *const jct_auth_request, done: *const jct_auth_done)>,
    pub changes: Option<unsafe extern "C" fn(this: *mut c_void) -> u64>,
}

pub type jct_sql_row_fn =
    Option<unsafe extern "C" fn(this: *mut c_void, columns: *const jct_sql_value, count: u64) -> jct_status>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_sql_value {
    pub kind: u32,
    pub reserved: u32,
    pub integer: i64,
    pub data: jct_bytes,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_transaction {
    pub size: u32,
    pub reserved: u32,
    pub exec: Option<
        unsafe extern "C" fn(
            transaction: *const jct_transaction,
            sql: jct_str,
            parameters: *const jct_sql_value,
            count: u64,
            row: jct_sql_row_fn,
            this: *mut c_void,
            changed: *mut u64,
        ) -> jct_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_sql_work {
    pub this: *mut c_void,
    pub run: Option<unsafe extern "C" fn(this: *mut c_void, transaction: *const jct_transaction) -> jct_status>,
    pub done: Option<unsafe extern "C" fn(this: *mut c_void, status: jct_status)>,
    pub space: jct_str,
    pub r#loop: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_migration {
    pub size: u32,
    pub version: u32,
    pub statements: *const *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_database_service {
    pub size: u32,
    pub reserved: u32,
    pub migrate: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            space: jct_str,
            steps: *const *const jct_migration,
            count: u64,
            error: *mut jct_error,
        ) -> jct_status,
    >,
    pub read: Option<unsafe extern "C" fn(this: *mut c_void, work: *const jct_sql_work)>,
    pub write: Option<unsafe extern "C" fn(this: *mut c_void, work: *const jct_sql_work)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_http_field {
    pub name: jct_str,
    pub value: jct_str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_http_request {
    pub size: u32,
    pub flags: u32,
    pub method: u32,
    pub r#loop: u32,
    pub client: jct_addr,
    pub local: jct_addr,
    pub path: jct_str,
    pub query: jct_str,
    pub route: jct_str,
    pub scheme: jct_str,
    pub host: jct_str,
    pub parameters: *const jct_http_field,
    pub parameter_count: u64,
    pub headers: *const jct_http_field,
    pub header_count: u64,
    pub body: jct_bytes,
    pub prefix: jct_str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_http_response {
    pub size: u32,
    pub status: u32,
    pub headers: *const jct_http_field,
    pub header_count: u64,
    pub body: jct_bytes,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_http_stream {
    pub size: u32,
    pub reserved: u32,
    pub this: *mut c_void,
    pub on_writable: Option<unsafe extern "C" fn(this: *mut c_void, exchange: jct_handle)>,
    pub on_close: Option<unsafe extern "C" fn(this: *mut c_void, exchange: jct_handle, reason: jct_status)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_http_route {
    pub size: u32,
    pub methods: u32,
    pub flags: u32,
    pub reserved: u32,
    pub pattern: jct_str,
    pub owner: jct_str,
    pub host: *const jct_host,
    pub body_max: u64,
    pub deadline_ns: u64,
    pub this: *mut c_void,
    pub on_request: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            exchange: jct_handle,
            request: *const jct_http_request,
            context: *mut *mut c_void,
        ) -> jct_status,
    >,
    pub on_body:
        Option<unsafe extern "C" fn(context: *mut c_void, exchange: jct_handle, piece: jct_bytes) -> jct_status>,
    pub on_gone: Option<unsafe extern "C" fn(context: *mut c_void, exchange: jct_handle)>,
    pub on_end: Option<unsafe extern "C" fn(context: *mut c_void)>,
    pub scope: jct_str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_http_directory {
    pub size: u32,
    pub flags: u32,
    pub prefix: jct_str,
    pub path: jct_str,
    pub owner: jct_str,
    pub host: *const jct_host,
    pub index: jct_str,
    pub fallback: jct_str,
    pub immutable: jct_str,
    pub headers: *const jct_http_field,
    pub header_count: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_http_service {
    pub size: u32,
    pub reserved: u32,
    pub route: Option<
        unsafe extern "C" fn(this: *mut c_void, route: *const jct_http_route, out: *mut jct_handle) -> jct_status,
    >,
    pub directory: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            directory: *const jct_http_directory,
            out: *mut jct_handle,
        ) -> jct_status,
    >,
    pub unroute: Option<unsafe extern "C" fn(this: *mut c_void, route: jct_handle)>,
    pub respond: Option<
        unsafe extern "C" fn(this: *mut c_void, exchange: jct_handle, response: *const jct_http_response) -> jct_status,
    >,
    pub release: Option<unsafe extern "C" fn(this: *mut c_void, exchange: jct_handle)>,
    pub gone: Option<unsafe extern "C" fn(this: *mut c_void, exchange: jct_handle) -> u32>,
    pub body_more: Option<unsafe extern "C" fn(this: *mut c_void, exchange: jct_handle) -> jct_status>,
    pub stream_begin: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            exchange: jct_handle,
            response: *const jct_http_response,
            events: *const jct_http_stream,
        ) -> jct_status,
    >,
    pub stream_send:
        Option<unsafe extern "C" fn(this: *mut c_void, exchange: jct_handle, piece: jct_bytes) -> jct_status>,
    pub stream_end: Option<unsafe extern "C" fn(this: *mut c_void, exchange: jct_handle) -> jct_status>,
    pub take: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            exchange: jct_handle,
            response: *const jct_http_response,
            stream: *mut jct_handle,
        ) -> jct_status,
    >,
    pub addresses: Option<
        unsafe extern "C" fn(this: *mut c_void, out: *mut jct_addr, capacity: u64, count: *mut u64) -> jct_status,
    >,
    pub serve: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            stream: jct_handle,
            info: *const jct_conn_info,
            scope: jct_str,
        ) -> jct_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_keys_service {
    pub size: u32,
    pub reserved: u32,
    pub public_key: Option<unsafe extern "C" fn(this: *mut c_void, out: *mut u8) -> jct_status>,
    pub public_text: Option<unsafe extern "C" fn(this: *mut c_void) -> jct_str>,
    pub can_sign: Option<unsafe extern "C" fn(this: *mut c_void) -> u32>,
    pub sign: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            message: jct_bytes,
            out: *mut u8,
            capacity: u64,
            written: *mut u64,
        ) -> jct_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_login_provider {
    pub size: u32,
    pub kind: u32,
    pub name: jct_str,
    pub title: jct_str,
    pub icon: jct_str,
    pub issuer: jct_str,
    pub flags: u32,
    pub sync_brake: u32,
    pub sync_seconds: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_login_person {
    pub size: u32,
    pub flags: u32,
    pub issuer: jct_str,
    pub subject: jct_str,
    pub name: jct_str,
    pub email: jct_str,
    pub display_name: jct_str,
    pub groups: *const jct_str,
    pub group_count: u64,
    pub roles: *const jct_str,
    pub role_count: u64,
    pub refused: jct_str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_login_done {
    pub this: *mut c_void,
    pub done: Option<
        unsafe extern "C" fn(this: *mut c_void, status: jct_status, person: *const jct_login_person, hint: jct_str),
    >,
    pub r#loop: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_login_begun {
    pub this: *mut c_void,
    pub done: Option<unsafe extern "C" fn(this: *mut c_void, status: jct_status, url: jct_str, hint: jct_str)>,
    pub r#loop: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_login_rows {
    pub this: *mut c_void,
    pub row: Option<unsafe extern "C" fn(this: *mut c_void, person: *const jct_login_person)>,
    pub end: Option<unsafe extern "C" fn(this: *mut c_void, status: jct_status, hint: jct_str)>,
    pub r#loop: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_login_service {
    pub size: u32,
    pub reserved: u32,
    pub providers: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            to: *mut c_void,
            each: Option<unsafe extern "C" fn(to: *mut c_void, provider: *const jct_login_provider)>,
        ),
    >,
    pub check: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            provider: jct_str,
            name: jct_str,
            password: jct_str,
            done: *const jct_login_done,
        ),
    >,
    pub begin: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            provider: jct_str,
            state: jct_str,
            callback: jct_str,
            done: *const jct_login_begun,
        ),
    >,
    pub finish: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            provider: jct_str,
            state: jct_str,
            callback: jct_str,
            query: jct_str,
            done: *const jct_login_done,
        ),
    >,
    pub persons: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            provider: jct_str,
            subjects: *const jct_str,
            count: u64,
            rows: *const jct_login_rows,
        ),
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_mail_value {
    pub name: jct_str,
    pub text: jct_str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_mail {
    pub size: u32,
    pub reserved: u32,
    pub to: jct_str,
    pub name: jct_str,
    pub values: *const jct_mail_value,
    pub value_count: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_mail_service {
    pub size: u32,
    pub reserved: u32,
    pub send: Option<unsafe extern "C" fn(this: *mut c_void, mail: *const jct_mail) -> jct_status>,
    pub ready: Option<unsafe extern "C" fn(this: *mut c_void) -> u32>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_peer {
    pub size: u32,
    pub state: u32,
    pub id: jct_str,
    pub channel: jct_channel,
    pub pk: jct_bytes,
    pub age_ns: u64,
    pub also: jct_channel,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_lookup_done {
    pub this: *mut c_void,
    pub done: Option<unsafe extern "C" fn(this: *mut c_void, status: jct_status, peer: *const jct_peer)>,
    pub r#loop: u32,
    pub want: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_peers_service {
    pub size: u32,
    pub reserved: u32,
    pub lookup: Option<unsafe extern "C" fn(this: *mut c_void, id: jct_str, done: *const jct_lookup_done)>,
    pub is_online: Option<unsafe extern "C" fn(this: *mut c_void, id: jct_str) -> u32>,
    pub at_address: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            address: *const jct_addr,
            limit: u64,
            row_self: *mut c_void,
            row: Option<unsafe extern "C" fn(row_self: *mut c_void, peer: *const jct_peer)>,
        ) -> u64,
    >,
    pub remove: Option<unsafe extern "C" fn(this: *mut c_void, id: jct_str)>,
    pub removed_since: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            number: *mut u64,
            row_self: *mut c_void,
            row: Option<unsafe extern "C" fn(row_self: *mut c_void, id: jct_str)>,
        ),
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_relay_side {
    pub size: u32,
    pub conn_type: u32,
    pub stream: jct_handle,
    pub uuid: jct_str,
    pub id: jct_str,
    pub licence_key: jct_str,
    pub peer: jct_addr,
    pub transport: u32,
    pub reserved: u32,
    pub token: jct_str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_relay_link {
    pub size: u32,
    pub reserved: u32,
    pub send: Option<unsafe extern "C" fn(this: *mut c_void, data: jct_bytes) -> jct_status>,
    pub resume: Option<unsafe extern "C" fn(this: *mut c_void)>,
    pub end: Option<unsafe extern "C" fn(this: *mut c_void)>,
    pub close: Option<unsafe extern "C" fn(this: *mut c_void, reason: jct_status)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_relay_service {
    pub size: u32,
    pub reserved: u32,
    pub offer: Option<unsafe extern "C" fn(this: *mut c_void, side: *const jct_relay_side) -> jct_status>,
    pub addresses: Option<
        unsafe extern "C" fn(this: *mut c_void, out: *mut jct_addr, capacity: u64, count: *mut u64) -> jct_status,
    >,
    pub loop_of: Option<unsafe extern "C" fn(this: *mut c_void, uuid: jct_str) -> u32>,
    pub offer_link: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            side: *const jct_relay_side,
            link: *const jct_relay_link,
            link_self: *mut c_void,
            out: *mut jct_handle,
        ) -> jct_status,
    >,
    pub data: Option<unsafe extern "C" fn(this: *mut c_void, link: jct_handle, data: jct_bytes) -> jct_status>,
    pub writable: Option<unsafe extern "C" fn(this: *mut c_void, link: jct_handle) -> jct_status>,
    pub ended: Option<unsafe extern "C" fn(this: *mut c_void, link: jct_handle) -> jct_status>,
    pub closed: Option<unsafe extern "C" fn(this: *mut c_void, link: jct_handle, reason: jct_status)>,
    pub expect: Option<unsafe extern "C" fn(this: *mut c_void, uuid: jct_str, id: jct_str, ttl_ns: u64) -> jct_status>,
}

pub type jct_signal_handler = Option<
    unsafe extern "C" fn(this: *mut c_void, channel: *const jct_channel, kind: u32, message: jct_bytes) -> jct_status,
>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_channel {
    pub transport: u32,
    pub flags: u32,
    pub handle: jct_handle,
    pub socket: jct_handle,
    pub peer: jct_addr,
    pub local: jct_addr,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_transport {
    pub size: u32,
    pub transport: u32,
    pub send: Option<unsafe extern "C" fn(this: *mut c_void, message: jct_bytes) -> jct_status>,
    pub close: Option<unsafe extern "C" fn(this: *mut c_void)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_signal_service {
    pub size: u32,
    pub reserved: u32,
    pub handle: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            kind: u32,
            handler: jct_signal_handler,
            context: *mut c_void,
        ) -> jct_status,
    >,
    pub unhandle: Option<unsafe extern "C" fn(this: *mut c_void, kind: u32, context: *mut c_void)>,
    pub send: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            channel: *const jct_channel,
            kind: u32,
            message: jct_bytes,
        ) -> jct_status,
    >,
    pub close: Option<unsafe extern "C" fn(this: *mut c_void, channel: *const jct_channel) -> jct_status>,
    pub attach: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            table: *const jct_transport,
            transport_self: *mut c_void,
            peer: *const jct_addr,
            local: *const jct_addr,
            out: *mut jct_channel,
        ) -> jct_status,
    >,
    pub deliver:
        Option<unsafe extern "C" fn(this: *mut c_void, channel: *const jct_channel, message: jct_bytes) -> jct_status>,
    pub detach: Option<unsafe extern "C" fn(this: *mut c_void, channel: *const jct_channel)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_peer_record {
    pub size: u32,
    pub reserved: u32,
    pub id: jct_str,
    pub uuid: jct_bytes,
    pub pk: jct_bytes,
    pub ip: jct_str,
    pub created_at: i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_peer_done {
    pub this: *mut c_void,
    pub done: Option<unsafe extern "C" fn(this: *mut c_void, status: jct_status, record: *const jct_peer_record)>,
    pub r#loop: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_value_done {
    pub this: *mut c_void,
    pub done: Option<unsafe extern "C" fn(this: *mut c_void, status: jct_status, value: jct_bytes)>,
    pub r#loop: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_peer_scan {
    pub this: *mut c_void,
    pub row: Option<unsafe extern "C" fn(this: *mut c_void, record: *const jct_peer_record) -> jct_status>,
    pub end: Option<unsafe extern "C" fn(this: *mut c_void, status: jct_status)>,
    pub r#loop: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_value_scan {
    pub this: *mut c_void,
    pub row: Option<unsafe extern "C" fn(this: *mut c_void, key: jct_str, value: jct_bytes) -> jct_status>,
    pub end: Option<unsafe extern "C" fn(this: *mut c_void, status: jct_status)>,
    pub r#loop: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_storage_service {
    pub size: u32,
    pub reserved: u32,
    pub peer_get: Option<unsafe extern "C" fn(this: *mut c_void, id: jct_str, done: *const jct_peer_done)>,
    pub peer_put:
        Option<unsafe extern "C" fn(this: *mut c_void, record: *const jct_peer_record, done: *const jct_peer_done)>,
    pub peer_rename: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            old_id: jct_str,
            new_id: jct_str,
            uuid: jct_bytes,
            done: *const jct_peer_done,
        ),
    >,
    pub peer_remove: Option<unsafe extern "C" fn(this: *mut c_void, id: jct_str, done: *const jct_peer_done)>,
    pub peer_scan:
        Option<unsafe extern "C" fn(this: *mut c_void, after: jct_str, limit: u64, scan: *const jct_peer_scan)>,
    pub value_get:
        Option<unsafe extern "C" fn(this: *mut c_void, space: jct_str, key: jct_str, done: *const jct_value_done)>,
    pub value_put: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            space: jct_str,
            key: jct_str,
            value: jct_bytes,
            done: *const jct_value_done,
        ),
    >,
    pub value_remove:
        Option<unsafe extern "C" fn(this: *mut c_void, space: jct_str, key: jct_str, done: *const jct_value_done)>,
    pub value_scan: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            space: jct_str,
            after: jct_str,
            limit: u64,
            scan: *const jct_value_scan,
        ),
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_tickets_service {
    pub size: u32,
    pub reserved: u32,
    pub announce: Option<
        unsafe extern "C" fn(this: *mut c_void, relay: jct_str, uuid: jct_str, id: jct_str, ttl_ns: u64) -> jct_status,
    >,
    pub usable: Option<unsafe extern "C" fn(this: *mut c_void, relay: jct_str) -> i32>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_service_ref {
    pub table: *const c_void,
    pub this: *mut c_void,
    pub instance: jct_str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_service_api {
    pub size: u32,
    pub reserved: u32,
    pub provide: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            id: *const c_char,
            table: *const c_void,
            this: *mut c_void,
        ) -> jct_status,
    >,
    pub find:
        Option<unsafe extern "C" fn(host: *const jct_host, id: *const c_char, out: *mut jct_service_ref) -> jct_status>,
    pub find_all: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            id: *const c_char,
            out: *mut jct_service_ref,
            capacity: u64,
            count: *mut u64,
        ) -> jct_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct jct_tls_api {
    pub size: u32,
    pub reserved: u32,
    pub publish: Option<
        unsafe extern "C" fn(host: *const jct_host, chain: jct_str, key: jct_str, error: *mut jct_error) -> jct_status,
    >,
    pub challenge: Option<
        unsafe extern "C" fn(
            host: *const jct_host,
            name: jct_str,
            certificate: jct_str,
            key: jct_str,
            error: *mut jct_error,
        ) -> jct_status,
    >,
    pub end_challenge: Option<unsafe extern "C" fn(host: *const jct_host, name: jct_str)>,
}

pub const JCT_ABI_MAJOR: u32 = 1;
pub const JCT_ABI_MINOR: u32 = 0;
pub const JCT_OK: jct_status = 0;
pub const JCT_E_ARG: jct_status = -1;
pub const JCT_E_THREAD: jct_status = -2;
pub const JCT_E_CLOSED: jct_status = -3;
pub const JCT_E_AGAIN: jct_status = -4;
pub const JCT_E_LIMIT: jct_status = -5;
pub const JCT_E_NOT_FOUND: jct_status = -6;
pub const JCT_E_EXISTS: jct_status = -7;
pub const JCT_E_STATE: jct_status = -8;
pub const JCT_E_UNSUPPORTED: jct_status = -9;
pub const JCT_E_IO: jct_status = -10;
pub const JCT_E_TIMEOUT: jct_status = -11;
pub const JCT_E_DENIED: jct_status = -12;
pub const JCT_E_CONFIG: jct_status = -13;
pub const JCT_E_FAULT: jct_status = -14;
pub const JCT_E_NO_MEMORY: jct_status = -15;
pub const JCT_E_RESET: jct_status = -16;
pub const JCT_E_MISMATCH: jct_status = -17;
pub const JCT_E_TRUNCATED: jct_status = -18;
pub const JCT_OPT_BOOL: u32 = 1;
pub const JCT_OPT_INT: u32 = 2;
pub const JCT_OPT_STRING: u32 = 3;
pub const JCT_OPT_CHOICE: u32 = 4;
pub const JCT_OPT_DURATION: u32 = 5;
pub const JCT_OPT_SIZE: u32 = 6;
pub const JCT_OPT_RATE: u32 = 7;
pub const JCT_OPT_ADDRESS: u32 = 8;
pub const JCT_OPT_NETWORK: u32 = 9;
pub const JCT_OPT_PATH: u32 = 10;
pub const JCT_OPT_LISTENER: u32 = 11;
pub const JCT_OPT_RECORDS: u32 = 12;
pub const JCT_OPT_HOST: u32 = 13;
pub const JCT_OPT_HOST_PORT: u32 = 14;
pub const JCT_OPT_KEY: u32 = 15;
pub const JCT_OPT_LIVE: u32 = 1;
pub const JCT_OPT_REQUIRED: u32 = 2;
pub const JCT_OPT_SECRET: u32 = 4;
pub const JCT_OPT_UDP: u32 = 16;
pub const JCT_OPT_LIST: u32 = 8;
pub const JCT_OPT_READ_FILE: u32 = 32;
pub const JCT_OPT_WRITE_FILE: u32 = 64;
pub const JCT_OPT_WRITE_DIR: u32 = 128;
pub const JCT_PLUGIN_PARALLEL: u32 = 1;
pub const JCT_ENTRY_NAME: &str = "junctor_plugin_v1";
pub const JCT_CONFIG_API: &str = "junctor.config/1";
pub const JCT_CONTROL_API: &str = "junctor.control/1";
pub const JCT_EVENT_API: &str = "junctor.event/1";
pub const JCT_FD_API: &str = "junctor.fd/1";
pub const JCT_FD_READ: u32 = 1;
pub const JCT_FD_WRITE: u32 = 2;
pub const JCT_FD_ERROR: u32 = 4;
pub const JCT_LOG_API: &str = "junctor.log/1";
pub const JCT_LOG_ERROR: u32 = 1;
pub const JCT_LOG_WARNING: u32 = 2;
pub const JCT_LOG_INFO: u32 = 3;
pub const JCT_LOG_DEBUG: u32 = 4;
pub const JCT_LOOP_API: &str = "junctor.loop/1";
pub const JCT_NO_LOOP: u32 = 4294967295;
pub const JCT_METRIC_API: &str = "junctor.metric/1";
pub const JCT_METRIC_COUNTER: u32 = 1;
pub const JCT_METRIC_GAUGE: u32 = 2;
pub const JCT_METRIC_HISTOGRAM: u32 = 3;
pub const JCT_NET_API: &str = "junctor.net/1";
pub const JCT_CONN_TLS: u32 = 1;
pub const JCT_CONN_PROXIED: u32 = 2;
pub const JCT_CONN_SPOKEN: u32 = 4;
pub const JCT_SENDV_PIECES: u32 = 16;
pub const JCT_ADMISSIONS_SERVICE: &str = "admissions/1";
pub const JCT_AUTH_SERVICE: &str = "auth/1";
pub const JCT_AUTH_REGISTER: u32 = 1;
pub const JCT_AUTH_REACH: u32 = 2;
pub const JCT_AUTH_START: u32 = 3;
pub const JCT_AUTH_RELAY: u32 = 4;
pub const JCT_AUTH_HTTP: u32 = 5;
pub const JCT_AUTH_RENAME: u32 = 6;
pub const JCT_AUTH_LIVE: u32 = 7;
pub const JCT_AUTH_SEE: u32 = 8;
pub const JCT_AUTH_STAY: u32 = 9;
pub const JCT_AUTH_ID_UNSAID: u32 = 0;
pub const JCT_AUTH_ID_UNKNOWN: u32 = 1;
pub const JCT_AUTH_ID_KNOWN: u32 = 2;
pub const JCT_AUTH_AS_UNKNOWN: u32 = 1;
pub const JCT_DATABASE_SERVICE: &str = "database/1";
pub const JCT_SQL_NULL: u32 = 0;
pub const JCT_SQL_INT: u32 = 1;
pub const JCT_SQL_TEXT: u32 = 2;
pub const JCT_SQL_BLOB: u32 = 3;
pub const JCT_HTTP_SERVICE: &str = "http/1";
pub const JCT_HTTP_GET: u32 = 1;
pub const JCT_HTTP_POST: u32 = 2;
pub const JCT_HTTP_PUT: u32 = 4;
pub const JCT_HTTP_DELETE: u32 = 8;
pub const JCT_HTTP_PATCH: u32 = 16;
pub const JCT_HTTP_OPTIONS: u32 = 32;
pub const JCT_HTTP_HEAD: u32 = 64;
pub const JCT_HTTP_ROUTE_DIRECT: u32 = 1;
pub const JCT_HTTP_ROUTE_CHALLENGE: u32 = 2;
pub const JCT_HTTP_ROUTE_PIECES: u32 = 4;
pub const JCT_HTTP_ROUTE_PRIVATE: u32 = 8;
pub const JCT_HTTP_TLS: u32 = 1;
pub const JCT_HTTP_PROXIED: u32 = 2;
pub const JCT_HTTP_SIGNAL: u32 = 4;
pub const JCT_HTTP_ENCRYPTED: u32 = 8;
pub const JCT_KEYS_SERVICE: &str = "keys/1";
pub const JCT_KEYS_PUBLIC_SIZE: u32 = 32;
pub const JCT_KEYS_SIGNATURE_SIZE: u32 = 64;
pub const JCT_LOGIN_SERVICE: &str = "login/1";
pub const JCT_LOGIN_PASSWORD: u32 = 1;
pub const JCT_LOGIN_REDIRECT: u32 = 2;
pub const JCT_LOGIN_READY: u32 = 1;
pub const JCT_LOGIN_CREATES: u32 = 2;
pub const JCT_LOGIN_LINKS_MAIL: u32 = 4;
pub const JCT_LOGIN_LOCAL_FACTOR: u32 = 8;
pub const JCT_LOGIN_MAIL_VERIFIED: u32 = 1;
pub const JCT_LOGIN_DISABLED: u32 = 2;
pub const JCT_LOGIN_RULES: u32 = 4;
pub const JCT_LOGIN_ADMIN: u32 = 8;
pub const JCT_MAIL_SERVICE: &str = "mail/1";
pub const JCT_PEERS_SERVICE: &str = "peers/1";
pub const JCT_PEER_UNKNOWN: u32 = 0;
pub const JCT_PEER_OFFLINE: u32 = 1;
pub const JCT_PEER_ONLINE: u32 = 2;
pub const JCT_PEER_WANT_KEY: u32 = 1;
pub const JCT_RELAY_SERVICE: &str = "relay/1";
pub const JCT_RELAY_CHUNK: u32 = 81920;
pub const JCT_SIGNAL_SERVICE: &str = "signal/1";
pub const JCT_CHANNEL_UDP: u32 = 1;
pub const JCT_CHANNEL_TCP: u32 = 2;
pub const JCT_CHANNEL_WS: u32 = 3;
pub const JCT_CHANNEL_ENCRYPTED: u32 = 1;
pub const JCT_CHANNEL_REGISTERED: u32 = 2;
pub const JCT_STORAGE_SERVICE: &str = "storage/1";
pub const JCT_TICKETS_SERVICE: &str = "tickets/1";
pub const JCT_SERVICE_API: &str = "junctor.service/1";
pub const JCT_TLS_API: &str = "junctor.tls/1";
pub const JCT_CERTIFICATES_SERVICE: &str = "certificates/1";
