// SPDX-License-Identifier: Apache-2.0
//! The line protocol: `may ID` and `status`. Logic alone; belongs to one connection.
use crate::timetable::Timetable;
use std::time::SystemTime;

/// The longest line that is taken; a peer that sends more without an end of line is not talking to us.
pub const MAX_LINE: usize = 256;

/// What came of some bytes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Whole lines, to be taken off the front.
    pub consumed: usize,
    /// One line each.
    pub answers: String,
    /// The rest is no line: close.
    pub too_long: bool,
}

/// Answers every whole line in `data`.
pub fn hear(data: &[u8], timetable: &Timetable, wall: SystemTime) -> Heard {
    let mut heard = Heard::default();
    while let Some(length) = data[heard.consumed..].iter().position(|byte| *byte == b'\n') {
        let line = &data[heard.consumed..heard.consumed + length];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        heard.answers += &answer(line, timetable, wall);
        heard.answers.push('\n');
        heard.consumed += length + 1;
    }
    heard.too_long = data.len() - heard.consumed > MAX_LINE;
    heard
}

fn answer(line: &[u8], timetable: &Timetable, wall: SystemTime) -> String {
    let open = timetable.is_open(wall);
    let until = timetable.next_change(wall);
    match line {
        b"status" => format!("{} until {until}", if open { "open" } else { "closed" }),
        [b'm', b'a', b'y', b' ', _, ..] if open => "yes".into(),
        [b'm', b'a', b'y', b' ', _, ..] => format!("no closed until {until}"),
        _ => "error expected \"may ID\" or \"status\"".into(),
    }
}
