// SPDX-License-Identifier: Apache-2.0
//! Bad on purpose: panics in every kind of callback, calls from a thread of its own, and leaves a timer behind.
use junctor::prelude::*;
use junctor::raw;
use junctor::{Answer, Auth, AuthRequest, Verdict};
use std::time::Duration;

const LISTEN: Opt<Listeners> = opt::listener("listen", "127.0.0.1:P+1").help("one word a connection says what to do");
const UDP: Opt<Datagrams> = opt::datagrams("udp", "127.0.0.1:P+1").help("each datagram is a panic");
const FAULT: Opt<String> = opt::choice("fault", "none", &["none", "create", "start", "timer", "leak", "stop"])
    .help("where it fails by itself");

struct Faulty {
    fault: String,
    listener: LoopCell<Option<Listener>>,
    socket: LoopCell<Option<UdpSocket>>,
    timer: LoopCell<Option<Timer>>,
}

impl Plugin for Faulty {
    const OPTIONS: &'static [&'static opt::Declared] = &[LISTEN.declared(), UDP.declared(), FAULT.declared()];

    fn create(creating: &Creating<Self>, config: &Config) -> Result<Self> {
        creating.provide_auth()?;
        let fault = config.get(&FAULT)?;
        assert_ne!(fault, "create", "the tide is out");
        let cell = (LoopCell::new(creating), LoopCell::new(creating), LoopCell::new(creating));
        Ok(Faulty { fault, listener: cell.0, socket: cell.1, timer: cell.2 })
    }

    fn start(&self, control: &Control<Self>) -> Result<()> {
        assert_ne!(self.fault, "start", "the tide is out");
        let listener = control.listen(&LISTEN, |here, stream, _| {
            stream.attach(here, Talker)?;
            Ok(())
        })?;
        let socket = control.udp_open(&UDP, |_, batch| panic!("{} datagrams", batch.len()))?;
        self.listener.with(control, |slot| *slot = Some(listener));
        self.socket.with(control, |slot| *slot = Some(socket));
        match self.fault.as_str() {
            "leak" => std::mem::forget(control.every(Duration::from_secs(3_600), |_| Ok(()))?),
            "timer" => {
                let timer = control.after(Duration::from_millis(1), |_| panic!("no time"))?;
                self.timer.with(control, |slot| *slot = Some(timer));
            }
            _ => {}
        }
        Ok(())
    }

    fn stop(&self, _: &Control<Self>) -> Result<()> {
        assert_ne!(self.fault, "stop", "the tide is out");
        Ok(())
    }
}

struct Talker;

impl Conversation<Faulty> for Talker {
    fn on_data(&mut self, here: &Here<Faulty>, stream: StreamHandle, data: &[u8]) -> Result<usize> {
        match data {
            b"panic\n" => panic!("on purpose"),
            b"odd panic\n" => std::panic::panic_any(Spiky),
            b"twice\n" => here.plugin().timer.with(here, |_| here.plugin().timer.with(here, |_| ())),
            b"task\n" => here.post(here.loop_index(), |_| panic!("a task"))?,
            b"work\n" => here.offload(
                || -> u32 { panic!("at work") },
                move |here, came| stream.send(here, format!("{}\n", came.unwrap_err().text()).as_bytes()),
            )?,
            b"thread\n" => {
                let remote = here.remote().clone();
                let said = std::thread::spawn(move || start_timer_from_here(&remote)).join().expect("no panic");
                stream.send(here, format!("{said}\n").as_bytes())?;
            }
            _ => stream.send(here, data)?,
        }
        Ok(data.len())
    }
}

/// Panics again when it is dropped.
struct Spiky;

impl Drop for Spiky {
    fn drop(&mut self) {
        panic!("even now");
    }
}

unsafe extern "C" fn never(_: *mut std::ffi::c_void, _: raw::jct_handle) -> raw::jct_status {
    raw::JCT_OK
}

/// What the types of the crate do not let one do.
fn start_timer_from_here(host: &Host) -> Status {
    let raw = host.raw();
    let mut handle = 0;
    // SAFETY: the kernel's table; that it is the wrong thread is what it is to say.
    unsafe {
        let table = (*raw).api.expect("a function")(raw, b"junctor.loop/1\0".as_ptr().cast());
        let start = (*table.cast::<raw::jct_loop_api>()).timer_start.expect("a function");
        Status::from_code(start(raw, 1, 0, Some(never), std::ptr::null_mut(), &mut handle))
    }
}

impl Auth for Faulty {
    fn judge(&self, _: &Here<Self>, request: &AuthRequest) -> Verdict {
        assert_ne!(request.kind(), raw::JCT_AUTH_START, "nobody starts");
        Verdict::Now(Answer::allow())
    }
}

junctor::plugin! { Faulty, name: "faulty", summary: "bad on purpose", provides: ["auth/1"] }
