// SPDX-License-Identifier: Apache-2.0
//! Views that cross the boundary, either way.
use crate::raw::{jct_bytes, jct_error, jct_str};
use crate::Error;
use std::ffi::CString;
use std::os::raw::c_char;

pub(crate) fn text(text: &str) -> jct_str {
    jct_str { data: text.as_ptr().cast(), size: text.len() as u64 }
}

pub(crate) fn bytes(bytes: &[u8]) -> jct_bytes {
    jct_bytes { data: bytes.as_ptr(), size: bytes.len() as u64 }
}

/// # Safety
/// `data` must be `size` bytes that live and do not change for `'a`; null where `size` is 0.
pub(crate) unsafe fn slice<'a>(data: *const u8, size: u64) -> &'a [u8] {
    if size == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(data, size as usize) }
}

/// # Safety
/// As `slice`. What is no UTF-8 is shown with replacement characters.
pub(crate) unsafe fn string(view: jct_str) -> String {
    // SAFETY: the caller's promise.
    String::from_utf8_lossy(unsafe { slice(view.data.cast(), view.size) }).into_owned()
}

/// # Safety
/// As `slice`. Empty where it is no UTF-8, which the boundary promises.
pub(crate) unsafe fn borrowed<'a>(view: jct_str) -> &'a str {
    // SAFETY: the caller's promise.
    std::str::from_utf8(unsafe { slice(view.data.cast(), view.size) }).unwrap_or("")
}

/// For names; one with a NUL ends there.
pub(crate) fn c_string(text: &str) -> CString {
    let until = text.find('\0').unwrap_or(text.len());
    CString::new(&text[..until]).unwrap_or_default()
}

/// # Safety
/// `error` is null or a record of the caller's that may be written.
pub(crate) unsafe fn fill(error: *mut jct_error, what: &Error) {
    // SAFETY: the caller's promise; `size` tells how much of the record is there.
    unsafe {
        if error.is_null() || ((*error).size as usize) < std::mem::size_of::<jct_error>() {
            return;
        }
        (*error).code = what.status().code();
        let words = what.text().as_bytes();
        let mut length = words.len().min((*error).text.len() - 1);
        while !what.text().is_char_boundary(length) {
            length -= 1;
        }
        for (slot, byte) in (*error).text.iter_mut().zip(words[..length].iter().chain([&0])) {
            *slot = *byte as c_char;
        }
    }
}
