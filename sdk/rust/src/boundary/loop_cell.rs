// SPDX-License-Identifier: Apache-2.0
//! What belongs to one loop, inside of a plugin that all threads see.
use crate::{Host, OnLoop};
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, Ordering};

/// A `T` for each worker loop, without a lock: a call on a loop sees that loop's, one in `start` or `stop` the home
/// loop's. A plugin that is not parallel has its own callbacks on the home loop alone, and so one `T`; a service's caller
/// may come on another loop.
pub struct LoopCell<T> {
    slots: Box<[Slot<T>]>,
}

struct Slot<T> {
    /// Somebody is inside: a second one panics, wherever he comes from.
    busy: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: a slot is reached with a token of its loop, or of the control thread in `start` and `stop`, while no callback
// runs; the flag holds even where the kernel does otherwise. So no two threads are in one at a time, and each sees what
// the one before has done. What is not Send stays among the callbacks of one loop.
unsafe impl<T> Sync for LoopCell<T> {}
// SAFETY: as above; it is moved and dropped on the control thread, in `create` and `destroy`.
unsafe impl<T> Send for LoopCell<T> {}

struct Inside<'a>(&'a AtomicBool);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl<T: Default> LoopCell<T> {
    /// In `create`.
    pub fn new(host: &Host) -> Self {
        let slot = |_| Slot { busy: AtomicBool::new(false), value: UnsafeCell::new(T::default()) };
        Self { slots: (0..host.loops().max(1)).map(slot).collect() }
    }
}

impl<T> LoopCell<T> {
    /// Runs `body` with this loop's value. Panics from inside of another `with` of the same cell.
    pub fn with<R>(&self, place: &impl OnLoop, body: impl FnOnce(&mut T) -> R) -> R {
        let host = &place.place().host;
        let index = host.current_loop().unwrap_or_else(|| host.home_loop());
        let slot = &self.slots[index as usize];
        assert!(!slot.busy.swap(true, Ordering::Acquire), "LoopCell::with from inside of LoopCell::with");
        let _inside = Inside(&slot.busy);
        // SAFETY: the flag says that nobody else is in the slot.
        body(unsafe { &mut *slot.value.get() })
    }
}
