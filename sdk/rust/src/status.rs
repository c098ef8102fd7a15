// SPDX-License-Identifier: Apache-2.0
//! Statuses of the boundary, and errors made of them.
use crate::raw;
use std::fmt;

/// What a call answered, where it is not "ok": `JCT_E_*` of `abi.h`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status(raw::jct_status);

macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident = $raw:ident, $word:literal;)*) => {
        impl Status {
            $($(#[$doc])* pub const $name: Status = Status(raw::$raw);)*

            /// The stable word for logs: `wrong_thread`.
            pub fn word(self) -> &'static str {
                match self.0 {
                    $(raw::$raw => $word,)*
                    _ => "unknown",
                }
            }
        }
    };
}

statuses! {
    /// It went well; no error has it, but the end of a stream that one closed oneself.
    OK = JCT_OK, "ok";
    /// An argument is out of its range.
    ARG = JCT_E_ARG, "bad_argument";
    /// Called from a thread that the function's tag does not allow.
    THREAD = JCT_E_THREAD, "wrong_thread";
    /// The handle is stale: its object has been closed.
    CLOSED = JCT_E_CLOSED, "closed";
    /// A bounded queue is full; `on_writable` tells when to try again.
    AGAIN = JCT_E_AGAIN, "again";
    /// A configured limit refuses it.
    LIMIT = JCT_E_LIMIT, "limit";
    /// No such option, service, record.
    NOT_FOUND = JCT_E_NOT_FOUND, "not_found";
    /// There is one already.
    EXISTS = JCT_E_EXISTS, "exists";
    /// Not allowed in the instance's present state.
    STATE = JCT_E_STATE, "wrong_state";
    /// This kernel or this object cannot do it.
    UNSUPPORTED = JCT_E_UNSUPPORTED, "unsupported";
    /// The operating system refused; the log has the text.
    IO = JCT_E_IO, "io";
    /// Nothing came in the time allowed.
    TIMEOUT = JCT_E_TIMEOUT, "timeout";
    /// Policy says no.
    DENIED = JCT_E_DENIED, "denied";
    /// The configuration is wrong; the text says where.
    CONFIG = JCT_E_CONFIG, "config";
    /// The callee failed inside: a panic reached its barrier.
    FAULT = JCT_E_FAULT, "fault";
    /// Memory or descriptors ran out.
    NO_MEMORY = JCT_E_NO_MEMORY, "no_memory";
    /// The peer reset the connection.
    RESET = JCT_E_RESET, "reset";
    /// A stored value differs from what the caller stated.
    MISMATCH = JCT_E_MISMATCH, "mismatch";
    /// Inside TLS: the peer's end came without its close_notify.
    TRUNCATED = JCT_E_TRUNCATED, "truncated";
}

impl Status {
    /// Of a number from the boundary.
    pub fn from_code(code: raw::jct_status) -> Self {
        Self(code)
    }
    /// As the boundary has it.
    pub fn code(self) -> raw::jct_status {
        self.0
    }
    /// A negative status is a failure, any other is not.
    pub fn is_failure(self) -> bool {
        self.0 < 0
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.word(), self.0)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A failure: a status, and words where somebody reads them. From `create`, `start` and `check` the text is the
/// operator's message: say what was expected, what came, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    status: Status,
    text: String,
}

/// Of everything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A failure with words.
    pub fn new(status: Status, text: impl Into<String>) -> Self {
        Self { status, text: text.into() }
    }
    /// A configuration that makes no sense.
    pub fn config(text: impl Into<String>) -> Self {
        Self::new(Status::CONFIG, text)
    }
    /// What kind it is.
    pub fn status(&self) -> Status {
        self.status
    }
    /// Its words, else those of the status.
    pub fn text(&self) -> &str {
        if self.text.is_empty() {
            self.status.word()
        } else {
            &self.text
        }
    }
    /// The same failure, with the name of what failed in front.
    pub fn of(self, what: &str) -> Self {
        Self { text: format!("{}: {}", what, self.text()), ..self }
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Self { status, text: String::new() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl std::error::Error for Error {}

/// What a call of the boundary answered, as a result.
pub(crate) fn checked(code: raw::jct_status) -> Result<()> {
    if code < 0 {
        return Err(Status::from_code(code).into());
    }
    Ok(())
}
