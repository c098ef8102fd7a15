// SPDX-License-Identifier: Apache-2.0
//! What the examples do not use, on the fake host: the pool, storage, watches, events, and panics.
use junctor::prelude::*;
use junctor::testing::{FakeHost, PluginUnderTest};
use junctor::{Ready, Storage};
use std::time::Duration;

struct Probe {
    storage: Storage,
    watch: LoopCell<Option<Watch>>,
    timer: LoopCell<Option<Timer>>,
}

impl Plugin for Probe {
    fn create(creating: &Creating<Self>, config: &Config) -> Result<Self> {
        let storage = creating.storage(&config.instance())?.ok_or(Status::NOT_FOUND)?;
        Ok(Probe { storage, watch: LoopCell::new(creating), timer: LoopCell::new(creating) })
    }
    fn start(&self, control: &Control<Self>) -> Result<()> {
        control.subscribe(|remote, event| remote.info("probe.heard", &[("name", &event.name())]))?;
        control.command("work", "on the pool, for a second at most", |home, _, reply| {
            let done = |here: &Here<Self>, came: Result<i32>| {
                match came {
                    Ok(number) => reply.ok(&number.to_string()),
                    Err(error) => {
                        here.info("probe.late", &[("why", &error)]);
                        reply.fail(error.status(), "{}");
                    }
                }
                Ok(())
            };
            home.offload_within(Duration::from_secs(1), || 6 * 7, done)
        })?;
        control.command("keep", "a value, and reads it", |home, _, reply| {
            home.plugin().storage.put(&**home, "key", b"value", |here, kept| {
                kept?;
                here.plugin().storage.get(here, "key", |_, value| {
                    reply.ok(&String::from_utf8_lossy(&value?.unwrap_or_default()));
                    Ok(())
                });
                Ok(())
            });
            Ok(())
        })?;
        control.command("panic", "on purpose", |_, _, _| panic!("on purpose"))?;
        let watch = control.watch(7, Ready::READ, |here, ready| {
            here.info("probe.ready", &[("reads", &ready.reads())]);
            here.plugin().watch.with(here, |watch| *watch = None); // ends itself
            Ok(())
        })?;
        self.watch.with(control, |slot| *slot = Some(watch));
        let timer = control.every(Duration::from_secs(1), |_| panic!("no time"))?;
        self.timer.with(control, |slot| *slot = Some(timer));
        Ok(())
    }
    fn stop(&self, control: &Control<Self>) -> Result<()> {
        self.timer.with(control, |slot| *slot = None);
        Ok(())
    }
}

junctor::plugin! { Probe, name: "probe", summary: "for tests", needs: ["storage/1"] }

fn site() -> (FakeHost, PluginUnderTest<Probe>) {
    let host = FakeHost::new();
    host.provide_storage();
    let mut plugin = PluginUnderTest::new(&host, &[]).unwrap();
    plugin.start().unwrap();
    (host, plugin)
}

#[test]
fn work_is_answered_or_late_and_never_both() {
    let (host, _plugin) = site();
    assert_eq!(host.command("work", "{}"), Some((Status::OK, "42".into())));
    host.hold_pool(true);
    assert_eq!(host.command("work", "{}"), None);
    host.advance(Duration::from_secs(1));
    host.hold_pool(false);
    host.run_until_idle();
    let late: Vec<_> = host.lines().into_iter().filter(|line| line.event == "probe.late").collect();
    assert_eq!(late.len(), 1);
    assert_eq!(late[0].field("why"), Some("timeout"));
}

#[test]
fn values_are_kept_in_the_plugins_own_space() {
    let (host, _plugin) = site();
    assert_eq!(host.command("keep", "{}"), Some((Status::OK, "value".into())));
}

#[test]
fn a_watch_may_end_itself_and_events_of_others_are_heard() {
    let (host, _plugin) = site();
    host.make_ready(7, Ready::READ);
    host.make_ready(7, Ready::READ);
    host.publish("relay", "relay.stop", &[]);
    let said: Vec<_> = host.lines().into_iter().map(|line| (line.event, line.fields[0].1.clone())).collect();
    assert_eq!(said, [("probe.ready".into(), "true".into()), ("probe.heard".into(), "relay.stop".to_string())]);
}

#[test]
fn panics_are_named_cost_what_they_happened_in_and_answer() {
    let (host, mut plugin) = site();
    assert_eq!(host.command("panic", "{}").unwrap().0, Status::FAULT);
    host.advance(Duration::from_secs(3));
    let places: Vec<_> = host.lines().iter().map(|line| line.field("where").unwrap().to_string()).collect();
    assert_eq!(places, ["command", "timer"]); // a timer that fails ends
    assert!(host.lines()[0].field("text").unwrap().contains("probe.rs:"));
    assert_eq!(host.complaints(), ["timer failed: fault"]);
    plugin.finish();
    assert_eq!(host.complaints().len(), 1);
}
