// SPDX-License-Identifier: Apache-2.0
//! A UDP service: answers each datagram with how often its sender has asked in this tide, and forgets all at its turn.
//! On every loop for itself (`parallel`), bounded, and seen by `junctorctl tide`.
#![deny(missing_docs)]
use junctor::prelude::*;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const LISTEN: Opt<Datagrams> = opt::datagrams("listen", "127.0.0.1:P+11").help("where to ask");
const TURN: Opt<Duration> =
    opt::duration("turn", "10s").between(1_000_000_000, i64::MAX).help("after how long all senders are forgotten");
const SENDERS: Opt<i64> =
    opt::int("senders", "10000").between(1, 1_000_000).help("so many senders are remembered; others get no answer");

/// Counts who asks.
pub struct Tide {
    turn: Duration,
    senders: usize,
    /// Remembered on all loops: the bound is the plugin's.
    remembered: AtomicUsize,
    full: Counter,
    asked: Counter,
    socket: LoopCell<Option<UdpSocket>>,
    shores: LoopCell<Shore>,
}

/// What one loop knows.
#[derive(Default)]
struct Shore {
    asked: HashMap<IpAddr, u64>,
    /// From the first sender on.
    turning: Option<Timer>,
}

impl Tide {
    /// How often this one has asked; none where there is no room for him.
    fn count(&self, here: &Here<Self>, sender: IpAddr) -> Result<Option<u64>> {
        self.shores.with(here, |shore| {
            if let Some(count) = shore.asked.get_mut(&sender) {
                *count += 1;
                return Ok(Some(*count));
            }
            if self.remembered.fetch_add(1, Ordering::Relaxed) >= self.senders {
                self.remembered.fetch_sub(1, Ordering::Relaxed);
                self.full.add();
                return Ok(None);
            }
            shore.asked.insert(sender, 1);
            if shore.turning.is_none() {
                shore.turning = Some(here.after(self.turn, |here| here.plugin().forget(here))?);
            }
            Ok(Some(1))
        })
    }
    fn forget(&self, here: &Here<Self>) -> Result<()> {
        self.shores.with(here, |shore| {
            self.remembered.fetch_sub(shore.asked.len(), Ordering::Relaxed);
            *shore = Shore::default();
        });
        Ok(())
    }
}

impl Plugin for Tide {
    const OPTIONS: &'static [&'static opt::Declared] = &[LISTEN.declared(), TURN.declared(), SENDERS.declared()];

    fn create(creating: &Creating<Self>, config: &Config) -> Result<Self> {
        Ok(Tide {
            turn: config.get(&TURN)?,
            senders: config.get(&SENDERS)? as usize,
            remembered: AtomicUsize::new(0),
            full: creating.counter("refused", "reason=full", "datagrams of senders for whom there was no room")?,
            asked: creating.counter("asked", "", "datagrams that were answered")?,
            socket: LoopCell::new(creating),
            shores: LoopCell::new(creating),
        })
    }

    fn start(&self, control: &Control<Self>) -> Result<()> {
        let socket = control.udp_open(&LISTEN, |here, batch| {
            let tide = here.plugin();
            for datagram in batch {
                let sender = match datagram.peer() {
                    Some(peer) => peer.ip(),
                    None => continue,
                };
                if let Some(count) = tide.count(here, sender)? {
                    tide.asked.add();
                    // A batch that is full has its own counter; who asks again is answered then.
                    let _ = datagram.reply(here, format!("{count}\n").as_bytes());
                }
            }
            Ok(())
        })?;
        self.socket.with(control, |slot| *slot = Some(socket));
        control.command("tide", "how many senders are remembered", |home, _, reply| {
            reply.ok(&format!("{{\"senders\":{}}}", home.plugin().remembered.load(Ordering::Relaxed)));
            Ok(())
        })
    }

    fn drain(&self, home: &Home<Self>, done: Done) -> Result<()> {
        self.socket.with(home, |socket| *socket = None);
        done.run();
        Ok(())
    }
}

junctor::plugin! { Tide, name: "tide", summary: "counts who asks, over UDP", parallel: true }

#[cfg(test)]
mod tests {
    use super::*;
    use junctor::testing::{FakeHost, PluginUnderTest};
    use std::net::SocketAddr;

    fn site(settings: &[(&str, &str)]) -> (FakeHost, PluginUnderTest<Tide>) {
        let host = FakeHost::new();
        let mut plugin = PluginUnderTest::new(&host, settings).unwrap();
        plugin.start().unwrap();
        (host, plugin)
    }
    fn ask(host: &FakeHost, peer: &str, times: usize) -> Vec<String> {
        let peer: SocketAddr = peer.parse().unwrap();
        let sent = host.datagrams("listen", peer, &vec![&b"?"[..]; times]);
        assert!(sent.iter().all(|(to, _)| *to == peer));
        sent.into_iter().map(|(_, data)| String::from_utf8(data).unwrap()).collect()
    }

    #[test]
    fn each_sender_is_told_how_often_he_has_asked() {
        let (host, mut plugin) = site(&[]);
        assert_eq!(ask(&host, "192.0.2.7:1", 2), ["1\n", "2\n"]);
        assert_eq!(ask(&host, "[2001:db8::1]:1", 1), ["1\n"]);
        assert_eq!(ask(&host, "192.0.2.7:2", 1), ["3\n"]);
        assert_eq!(host.metric("asked", ""), 4);
        assert_eq!(host.command("tide", "{}").unwrap().1, "{\"senders\":2}");
        plugin.finish();
        assert_eq!(host.complaints(), Vec::<String>::new());
    }

    #[test]
    fn all_are_forgotten_at_the_turn_of_the_tide() {
        let (host, _plugin) = site(&[("turn", "20s")]);
        ask(&host, "192.0.2.7:1", 2);
        host.advance(Duration::from_secs(19));
        assert_eq!(ask(&host, "192.0.2.7:1", 1), ["3\n"]);
        host.advance(Duration::from_secs(1));
        assert_eq!(ask(&host, "192.0.2.7:1", 1), ["1\n"]);
    }

    #[test]
    fn who_finds_no_room_gets_no_answer_and_is_counted() {
        let (host, _plugin) = site(&[("senders", "1")]);
        ask(&host, "192.0.2.7:1", 1);
        assert_eq!(ask(&host, "192.0.2.8:1", 3), Vec::<String>::new());
        assert_eq!(ask(&host, "192.0.2.7:1", 1), ["2\n"]);
        assert_eq!(host.metric("refused", "reason=full"), 3);
    }
}
