// SPDX-License-Identifier: Apache-2.0
//! The plugin on a fake host: the clock is ours, connections need no port, and misuse of the kernel is noticed.
use super::Hours;
use junctor::raw::{JCT_AUTH_REGISTER, JCT_AUTH_START};
use junctor::testing::{FakeHost, FakeStream, PluginUnderTest};
use junctor::Status;
use std::time::{Duration, UNIX_EPOCH};

const HOUR: Duration = Duration::from_secs(3_600);

struct Site {
    host: FakeHost,
    plugin: PluginUnderTest<Hours>,
}

impl Site {
    /// At ten in the morning.
    fn new() -> Self {
        let host = FakeHost::new();
        host.set_wall(UNIX_EPOCH + 24 * HOUR * 20_000 + 10 * HOUR);
        let mut plugin = PluginUnderTest::new(&host, &[("zone", "utc")]).unwrap();
        plugin.start().unwrap();
        Site { host, plugin }
    }
    /// What auth/1 says: "ok" or the reason.
    fn ask(&self, kind: u32) -> String {
        let answer = self.host.ask_auth(kind, "123456789").expect("an answer at once");
        answer.denied.unwrap_or_else(|| "ok".into())
    }
    fn say(&self, client: &FakeStream, text: &str) -> String {
        client.deliver(text.as_bytes());
        self.host.run_until_idle();
        String::from_utf8(client.take_sent()).unwrap()
    }
}

#[test]
fn sessions_start_in_opening_hours_and_are_refused_outside_them() {
    let site = Site::new();
    assert_eq!(site.ask(JCT_AUTH_START), "ok");
    site.host.advance(8 * HOUR);
    assert_eq!(site.ask(JCT_AUTH_START), "closed_hours");
    assert_eq!(site.host.metric("refused", ""), 1);
    let told = site.host.ask_auth(JCT_AUTH_START, "123456789").unwrap();
    assert_eq!(told.text, "This site is closed until 08:00");
}

#[test]
fn devices_register_at_any_hour() {
    let site = Site::new();
    site.host.advance(12 * HOUR);
    assert_eq!(site.ask(JCT_AUTH_REGISTER), "ok");
    assert_eq!(site.ask(999), "ok");
}

#[test]
fn one_can_ask_over_the_socket_line_by_line() {
    let site = Site::new();
    let client = site.host.connect("listen");
    assert_eq!(site.say(&client, "may 123456789\n"), "yes\n");
    assert_eq!(site.say(&client, "sta"), "");
    assert_eq!(site.say(&client, "tus\r\n"), "open until 18:00\n");
    assert_eq!(site.say(&client, "hello\nmay 1\n"), "error expected \"may ID\" or \"status\"\nyes\n");
}

#[test]
fn the_answers_over_the_socket_follow_the_clock() {
    let site = Site::new();
    site.host.advance(9 * HOUR);
    let client = site.host.connect("listen");
    assert_eq!(site.say(&client, "may 123456789\nstatus\n"), "no closed until 08:00\nclosed until 08:00\n");
}

#[test]
fn a_line_without_an_end_a_silent_peer_and_one_that_does_not_read_are_closed() {
    let site = Site::new();
    let [endless, silent, deaf] = [(); 3].map(|()| site.host.connect("listen"));
    deaf.stall(8);
    assert_eq!(site.say(&endless, &"x".repeat(257)), "");
    assert!(endless.closed());
    site.say(&deaf, "may 1\nmay 2\nmay 3\n");
    assert!(deaf.closed());
    site.host.advance(Duration::from_secs(59));
    assert!(!silent.closed());
    site.host.advance(Duration::from_secs(1));
    assert!(silent.closed());
}

#[test]
fn a_reload_changes_the_hours_in_place_and_refuses_nonsense() {
    let mut site = Site::new();
    assert!(site.plugin.reload(&[("open", "noon"), ("zone", "utc")]).is_err());
    assert_eq!(site.ask(JCT_AUTH_START), "ok");
    site.plugin.reload(&[("open", "12:00"), ("zone", "utc")]).unwrap();
    assert_eq!(site.ask(JCT_AUTH_START), "closed_hours");
}

#[test]
fn a_configuration_that_makes_no_sense_is_refused_with_a_reason() {
    let settings = [("close", "late")];
    let refused = PluginUnderTest::<Hours>::new(&FakeHost::new(), &settings).err().unwrap();
    assert_eq!(refused.status(), Status::CONFIG);
    assert_eq!(refused.text(), "expected a time such as \"18:00\", got \"late\"");
    assert_eq!(PluginUnderTest::<Hours>::verify(&settings), Err(refused));
}

#[test]
fn it_drains_at_once_stops_with_connections_open_and_leaves_nothing_behind() {
    let mut site = Site::new();
    let client = site.host.connect("listen");
    site.say(&client, "status\n");
    site.plugin.drain();
    assert!(site.plugin.idle());
    assert!(site.host.connect("listen").closed());
    assert!(!client.closed());
    site.plugin.finish();
    assert!(client.closed());
    assert_eq!(site.host.complaints(), Vec::<String>::new());
}
