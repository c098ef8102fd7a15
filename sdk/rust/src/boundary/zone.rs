// SPDX-License-Identifier: Apache-2.0
//! The server's own time zone, which `std` does not tell.
use std::os::raw::{c_char, c_int, c_long};
use std::time::{SystemTime, UNIX_EPOCH};

/// glibc's and musl's.
#[repr(C)]
struct Tm {
    numbers: [c_int; 9],
    gmtoff: c_long,
    zone: *const c_char,
}

extern "C" {
    fn localtime_r(time: *const i64, out: *mut Tm) -> *mut Tm;
}

/// Seconds east of UTC at that time, summer time included; 0 where it is not known. \[any\]
pub fn local_offset(at: SystemTime) -> i64 {
    let seconds = match at.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs() as i64,
        Err(before) => -(before.duration().as_secs() as i64),
    };
    let mut out = Tm { numbers: [0; 9], gmtoff: 0, zone: std::ptr::null() };
    // SAFETY: both live until the call returns, and `Tm` is what the C library writes.
    if unsafe { localtime_r(&seconds, &mut out) }.is_null() {
        return 0;
    }
    out.gmtoff
}
