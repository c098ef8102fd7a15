// SPDX-License-Identifier: Apache-2.0
//! The plugin: options, the auth/1 service, a port to ask. It only wires; what it knows is in timetable and dialogue.
#![deny(missing_docs)]
mod dialogue;
#[cfg(test)]
mod tests;
mod timetable;

use junctor::prelude::*;
use junctor::{Answer, Auth, AuthRequest, Verdict};
use std::sync::RwLock;
use std::time::Duration;
use timetable::Timetable;

const OPEN: Opt<String> = opt::text("open", "08:00").live().help("first minute in which sessions may start");
const CLOSE: Opt<String> = opt::text("close", "18:00").live().help("first minute in which they may not");
const ZONE: Opt<String> = opt::text("zone", "local").live().help("local, utc, or an offset such as +02:00");
const LISTEN: Opt<Listeners> = opt::listener("listen", "127.0.0.1:P+10").help("where to ask `may ID` and `status`");

const SILENCE: Duration = Duration::from_secs(60);

fn timetable_of(config: &Config) -> Result<Timetable> {
    Timetable::parse(&config.get(&OPEN)?, &config.get(&CLOSE)?, &config.get(&ZONE)?).map_err(Error::config)
}

/// Allows sessions by time of day.
pub struct Hours {
    /// Any loop asks; a reload replaces it.
    timetable: RwLock<Timetable>,
    refused: Counter,
    listener: LoopCell<Option<Listener>>,
}

impl Hours {
    fn timetable(&self) -> Timetable {
        *self.timetable.read().expect("nothing panics while it is held")
    }
}

impl Plugin for Hours {
    const OPTIONS: &'static [&'static opt::Declared] =
        &[OPEN.declared(), CLOSE.declared(), ZONE.declared(), LISTEN.declared()];

    /// Takes what it needs; no traffic yet. The error is the operator's message.
    fn create(creating: &Creating<Self>, config: &Config) -> Result<Self> {
        creating.provide_auth()?;
        Ok(Hours {
            timetable: RwLock::new(timetable_of(config)?),
            refused: creating.counter("refused", "", "sessions refused")?,
            listener: LoopCell::new(creating),
        })
    }

    /// The same judgement without an instance, for `junctord --check`.
    fn verify(config: &Config) -> Result<()> {
        timetable_of(config).map(drop)
    }

    /// Opens the port. Connections come in once this has returned.
    fn start(&self, control: &Control<Self>) -> Result<()> {
        let listener = control.listen(&LISTEN, |here, stream, _| {
            stream.handle().idle_timeout(here, SILENCE)?;
            stream.attach(here, Conversing)?;
            Ok(())
        })?;
        self.listener.with(control, |slot| *slot = Some(listener));
        Ok(())
    }

    /// Refuses a reload; everything then stays as it was.
    fn check(&self, _: &Home<Self>, candidate: &Config) -> Result<()> {
        timetable_of(candidate).map(drop)
    }

    /// All the options are live but `listen`, for which the kernel restarts the plugin.
    fn reload(&self, _: &Home<Self>, config: &Config) -> Result<()> {
        *self.timetable.write().expect("nothing panics while it is held") = timetable_of(config)?;
        Ok(())
    }

    /// A question takes no time, so there is nothing to wait for.
    fn drain(&self, home: &Home<Self>, done: Done) -> Result<()> {
        self.listener.with(home, |listener| *listener = None);
        done.run();
        Ok(())
    }
}

/// One connection. Lives on the home loop, as this plugin is not parallel.
struct Conversing;

impl Conversation<Hours> for Conversing {
    fn on_data(&mut self, here: &Here<Hours>, stream: StreamHandle, data: &[u8]) -> Result<usize> {
        let heard = dialogue::hear(data, &here.plugin().timetable(), here.wall());
        // A peer that asks and does not read would fill our queue: it is closed instead.
        if stream.send(here, heard.answers.as_bytes()).is_err() || heard.too_long {
            stream.close(here)?;
        }
        Ok(heard.consumed)
    }
}

impl Auth for Hours {
    /// On any loop: it reads nothing but the timetable.
    fn judge(&self, here: &Here<Self>, request: &AuthRequest) -> Verdict {
        let (timetable, now) = (self.timetable(), here.wall());
        if request.kind() != junctor::raw::JCT_AUTH_START || timetable.is_open(now) {
            return Verdict::Now(Answer::allow());
        }
        self.refused.add();
        let text = format!("This site is closed until {}", timetable.next_change(now));
        Verdict::Now(Answer::deny("closed_hours", text))
    }
}

junctor::plugin! { Hours, name: "hours", summary: "allows sessions by time of day", provides: ["auth/1"] }
