// SPDX-License-Identifier: Apache-2.0
//! auth/1, as a provider: may this be done?
use super::{barrier, lifecycle, views, Creating, Here};
use crate::raw::*;
use crate::status::checked;
use crate::{address, Plugin, Result, Status};
use std::net::SocketAddr;
use std::os::raw::c_void;

/// A plugin that provides `auth/1`: [`Creating::provide_auth`], and `provides: ["auth/1"]` in its declaration.
pub trait Auth: Plugin {
    /// Must not block. On the asker's loop, which may be any. A panic is a denial.
    fn judge(&self, here: &Here<'_, Self>, request: &AuthRequest<'_>) -> Verdict;
    /// A number that grows after each change by which something that was allowed may be denied now.
    fn changes(&self) -> u64 {
        0
    }
}

/// What is asked; views, good for the call.
pub struct AuthRequest<'a> {
    raw: jct_auth_request,
    done: &'a jct_auth_done,
}

impl AuthRequest<'_> {
    /// `JCT_AUTH_*` of [`crate::raw`]; a provider allows kinds that it does not know.
    pub fn kind(&self) -> u32 {
        self.raw.kind
    }
    /// The device that is asked for.
    pub fn id(&self) -> &str {
        self.text(self.raw.id)
    }
    /// The client's real one.
    pub fn address(&self) -> Option<SocketAddr> {
        address::from_raw(&self.raw.address)
    }
    /// As sent; empty where the message has none.
    pub fn licence_key(&self) -> &str {
        self.text(self.raw.licence_key)
    }
    /// As sent; empty where the message has none.
    pub fn token(&self) -> &str {
        self.text(self.raw.token)
    }
    /// The uuid by which the two sides of a relay session meet.
    pub fn session(&self) -> &str {
        self.text(self.raw.session)
    }
    /// All of it.
    pub fn raw(&self) -> &jct_auth_request {
        &self.raw
    }
    /// To answer not now but later, on this loop. Without an answer the asker's timeout denies.
    pub fn later(&self) -> Later {
        Later { done: *self.done }
    }
    fn text(&self, view: jct_str) -> &str {
        // SAFETY: good until the answer is given, which `judge` outlives.
        unsafe { views::borrowed(view) }
    }
}

/// What a provider has to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// A denial's stable word for logs and counters ("closed_hours"); none allows.
    pub denied: Option<String>,
    /// For the user; may be empty.
    pub text: String,
    /// Name of who has logged in; empty: nobody.
    pub user: String,
}

impl Answer {
    /// It may be done.
    pub fn allow() -> Self {
        Self::default()
    }
    /// It may not.
    pub fn deny(reason: &str, text: impl Into<String>) -> Self {
        Self { denied: Some(reason.into()), text: text.into(), user: String::new() }
    }
}

/// At once, or by a [`Later`] that was taken from the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// This is the answer.
    Now(Answer),
    /// It comes later.
    Later,
}

/// An answer that is still to be given.
pub struct Later {
    done: jct_auth_done,
}

// SAFETY: it is used on the asking loop alone, as `answer` looks.
unsafe impl Send for Later {}

impl Later {
    /// On the loop that asked; `Status::THREAD` elsewhere, and the question goes unanswered.
    pub fn answer<P: Plugin>(self, here: &Here<'_, P>, answer: &Answer) -> Result<()> {
        if here.current_loop() != Some(self.done.r#loop) {
            return Err(Status::THREAD.into());
        }
        give(&self.done, answer);
        Ok(())
    }
}

fn give(done: &jct_auth_done, answer: &Answer) {
    let verdict = if answer.denied.is_some() { JCT_E_DENIED } else { JCT_OK };
    let reason = views::text(answer.denied.as_deref().unwrap_or(""));
    let text = views::text(&answer.text);
    if (done.size as usize) < std::mem::size_of::<jct_auth_done>() || done.answer.is_none() {
        return ask!(done.done, (), done.this, verdict, reason, text);
    }
    let record = jct_auth_answer {
        size: std::mem::size_of::<jct_auth_answer>() as u32,
        verdict,
        reason,
        text,
        user: views::text(&answer.user),
        control_permissions: 0,
        conn_audit_ref: views::text(""),
        feedback: 0,
        flags: 0,
    };
    ask!(done.answer, (), done.this, &record);
}

unsafe extern "C" fn check<P: Auth>(this: *mut c_void, request: *const jct_auth_request, done: *const jct_auth_done) {
    // SAFETY: `this` is the instance, which its users do not outlive; the rest is good for the call. An older asker's
    // records are shorter: what they lack is zeros.
    let (instance, request, done) = unsafe {
        let mut own = std::mem::zeroed::<jct_auth_done>();
        let old = std::mem::size_of::<jct_auth_done>() - std::mem::size_of::<*const c_void>();
        let size = if (*done.cast::<[u8; 32]>())[20..24] == [0; 4] { old } else { std::mem::size_of_val(&own) };
        std::ptr::copy_nonoverlapping(done.cast::<u8>(), std::ptr::addr_of_mut!(own).cast::<u8>(), size);
        (lifecycle::of::<P>(this), super::host::adopt::<jct_auth_request>(request.cast()), own)
    };
    let failed = Answer::deny("auth_unavailable", "");
    if !instance.is_started() || instance.host().current_loop().is_none() {
        return give(&done, &failed);
    }
    let request = AuthRequest { raw: request, done: &done };
    let verdict =
        barrier::guarded(instance.host(), "check", || Ok(instance.plugin().judge(&Here::of(instance), &request)));
    match verdict {
        Ok(Verdict::Now(answer)) => give(&done, &answer),
        Ok(Verdict::Later) => {}
        Err(_) => give(&done, &failed),
    }
}

unsafe extern "C" fn changes<P: Auth>(this: *mut c_void) -> u64 {
    // SAFETY: as in `check`.
    let instance = unsafe { lifecycle::of::<P>(this) };
    barrier::guarded(instance.host(), "changes", || Ok(instance.plugin().changes())).unwrap_or(0)
}

struct Table<P>(std::marker::PhantomData<P>);

impl<P: Auth> Table<P> {
    const AUTH: &'static jct_auth_service = &jct_auth_service {
        size: std::mem::size_of::<jct_auth_service>() as u32,
        reserved: 0,
        check: Some(check::<P>),
        changes: Some(changes::<P>),
    };
}

impl<P: Auth> Creating<'_, P> {
    /// Provides `auth/1`. Until `start` has returned, and from `stop` on, it denies (`auth_unavailable`).
    pub fn provide_auth(&self) -> Result<()> {
        let tables = self.instance.host().tables();
        let this: *const super::Instance<P> = self.instance;
        let table: *const jct_auth_service = Table::<P>::AUTH;
        let id = views::c_string(JCT_AUTH_SERVICE);
        checked(call!(tables.service.provide, tables.raw, id.as_ptr(), table.cast(), this as *mut c_void))
            .map_err(|error| error.of(JCT_AUTH_SERVICE))
    }
}
