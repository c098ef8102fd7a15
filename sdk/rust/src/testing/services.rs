// SPDX-License-Identifier: Apache-2.0
//! Services: what others ask of the plugin, and what it asks of them.
use super::kernel::{Kernel, Place};
use super::records;
use crate::raw::*;
use crate::{address, Answer, ServiceRef};
use std::collections::BTreeMap;
use std::os::raw::c_void;
use std::sync::Mutex;

type Said = Mutex<Option<Answer>>;

unsafe extern "C" fn answered(this: *mut c_void, answer: *const jct_auth_answer) {
    // SAFETY: the place below, which is never freed; the answer is good for the call.
    unsafe {
        let (said, answer) = (&*this.cast::<Said>(), &*answer);
        let denied = (answer.verdict != JCT_OK).then(|| records::string(answer.reason));
        let given = Answer { denied, text: records::string(answer.text), user: records::string(answer.user) };
        let before = said.lock().expect("nothing panics while it is held").replace(given);
        assert!(before.is_none(), "auth/1 has answered twice");
    }
}

pub(super) fn ask_auth(kernel: &Kernel, kind: u32, id: &str) -> Option<Answer> {
    let service = kernel.state().services.get(JCT_AUTH_SERVICE).copied().expect("auth/1 is provided");
    // SAFETY: the plugin has provided it under this id.
    let table = unsafe { *service.table.cast::<jct_auth_service>() };
    let nothing = jct_bytes { data: std::ptr::null(), size: 0 };
    let empty = records::view("");
    let request = jct_auth_request {
        size: std::mem::size_of::<jct_auth_request>() as u32,
        kind,
        id: records::view(id),
        address: address::to_raw(std::net::SocketAddr::from(([198, 51, 100, 1], 50_001))),
        transport: 0,
        conn_type: 0,
        licence_key: empty,
        token: empty,
        uuid: nothing,
        pk: nothing,
        old_id: empty,
        switch_code: empty,
        session: empty,
        id_state: 0,
        reserved: 0,
    };
    let said: &'static Said = Box::leak(Box::default());
    let this: *const Said = said;
    let done = jct_auth_done {
        this: this as *mut c_void,
        done: None,
        r#loop: 0,
        size: std::mem::size_of::<jct_auth_done>() as u32,
        answer: Some(answered),
    };
    kernel.at(Place::Loop(0), || ask!(table.check, (), service.this, &request, &done));
    kernel.run_until_idle();
    let answer = said.lock().expect("nothing panics while it is held").clone();
    answer
}

struct Shelf {
    kernel: &'static Kernel,
    values: Mutex<BTreeMap<(String, String), Vec<u8>>>,
}

/// storage/1 in memory: values alone.
#[derive(Clone, Copy)]
pub struct FakeStorage(&'static Shelf);

impl FakeStorage {
    /// What is kept under a key.
    pub fn value(&self, space: &str, key: &str) -> Option<Vec<u8>> {
        self.0.values.lock().expect("nothing panics while it is held").get(&(space.into(), key.into())).cloned()
    }
}

static STORAGE: jct_storage_service = jct_storage_service {
    size: std::mem::size_of::<jct_storage_service>() as u32,
    reserved: 0,
    peer_get: None,
    peer_put: None,
    peer_rename: None,
    peer_remove: None,
    peer_scan: None,
    value_get: Some(value_get),
    value_put: Some(value_put),
    value_remove: Some(value_remove),
    value_scan: None,
};

pub(super) fn provide_storage(kernel: &'static Kernel) -> FakeStorage {
    let shelf: &'static Shelf = Box::leak(Box::new(Shelf { kernel, values: Mutex::default() }));
    let (table, this): (*const jct_storage_service, *const Shelf) = (&STORAGE, shelf);
    let service = ServiceRef { table: table.cast(), this: this as *mut c_void };
    kernel.state().services.insert(JCT_STORAGE_SERVICE.into(), service);
    FakeStorage(shelf)
}

/// An answer comes later, on the loop that it is wanted on, whether the asker still is or not.
struct Pending {
    done: jct_value_done,
    status: jct_status,
    value: Vec<u8>,
}

fn answer(shelf: &Shelf, done: jct_value_done, status: jct_status, value: Vec<u8>) {
    unsafe extern "C" fn give(this: *mut c_void) {
        // SAFETY: the box below, still there.
        let pending = unsafe { &*this.cast::<Pending>() };
        let value = jct_bytes { data: pending.value.as_ptr(), size: pending.value.len() as u64 };
        ask!(pending.done.done, (), pending.done.this, pending.status, value);
    }
    unsafe extern "C" fn free(this: *mut c_void) {
        // SAFETY: the box below, dropped once.
        drop(unsafe { Box::from_raw(this.cast::<Pending>()) });
    }
    let this = Box::into_raw(Box::new(Pending { done, status, value }));
    let task = jct_task { this: this.cast(), run: Some(give), drop: Some(free) };
    shelf.kernel.state().tasks.push_back((done.r#loop, task));
}

/// # Safety
/// As storage.h says.
unsafe fn asked<'a>(this: *mut c_void, space: jct_str, key: jct_str) -> (&'a Shelf, (String, String)) {
    // SAFETY: the caller's promise; the shelf is never freed.
    unsafe { (&*this.cast::<Shelf>(), (records::string(space), records::string(key))) }
}

unsafe extern "C" fn value_get(this: *mut c_void, space: jct_str, key: jct_str, done: *const jct_value_done) {
    // SAFETY: as the header says; here and below.
    let ((shelf, key), done) = unsafe { (asked(this, space, key), *done) };
    let found = shelf.values.lock().expect("nothing panics while it is held").get(&key).cloned();
    answer(shelf, done, if found.is_some() { JCT_OK } else { JCT_E_NOT_FOUND }, found.unwrap_or_default());
}
unsafe extern "C" fn value_put(
    this: *mut c_void,
    space: jct_str,
    key: jct_str,
    value: jct_bytes,
    done: *const jct_value_done,
) {
    // SAFETY: as above.
    let ((shelf, key), value, done) = unsafe { (asked(this, space, key), records::bytes(value).to_vec(), *done) };
    let fits = key.1.len() <= 256 && value.len() <= 1 << 20;
    if fits {
        shelf.values.lock().expect("nothing panics while it is held").insert(key, value);
    }
    answer(shelf, done, if fits { JCT_OK } else { JCT_E_ARG }, Vec::new());
}
unsafe extern "C" fn value_remove(this: *mut c_void, space: jct_str, key: jct_str, done: *const jct_value_done) {
    // SAFETY: as above.
    let ((shelf, key), done) = unsafe { (asked(this, space, key), *done) };
    let found = shelf.values.lock().expect("nothing panics while it is held").remove(&key);
    answer(shelf, done, if found.is_some() { JCT_OK } else { JCT_E_NOT_FOUND }, Vec::new());
}
