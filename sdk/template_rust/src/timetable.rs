// SPDX-License-Identifier: Apache-2.0
//! When the site is open. Logic alone: no clock of its own; a value for any thread.
use std::time::{SystemTime, UNIX_EPOCH};

const DAY: i64 = 24 * 60;

/// Which clock the times are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// The server's own, summer time included.
    Local,
    /// Minutes east of UTC.
    Offset(i64),
}

/// What the operator's texts mean: minutes after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timetable {
    open: i64,
    /// The first minute that is closed; equal to open: never closed.
    close: i64,
    zone: Zone,
}

impl Timetable {
    /// The error says what was expected and what came.
    pub fn parse(open: &str, close: &str, zone: &str) -> Result<Self, String> {
        let refusal = |expected: &str, text: &str| format!("expected {expected}, got \"{text}\"");
        Ok(Self {
            open: time(open).ok_or_else(|| refusal("a time such as \"08:00\"", open))?,
            close: time(close).ok_or_else(|| refusal("a time such as \"18:00\"", close))?,
            zone: parse_zone(zone)
                .ok_or_else(|| refusal("\"local\", \"utc\" or an offset such as \"+02:00\"", zone))?,
        })
    }

    /// May a session start at this time?
    pub fn is_open(&self, wall: SystemTime) -> bool {
        let now = self.minute_of_day(wall);
        match self.open.cmp(&self.close) {
            std::cmp::Ordering::Equal => true,
            std::cmp::Ordering::Less => (self.open..self.close).contains(&now),
            std::cmp::Ordering::Greater => !(self.close..self.open).contains(&now),
        }
    }

    /// "08:00"; when it opens or closes next.
    pub fn next_change(&self, wall: SystemTime) -> String {
        let at = if self.is_open(wall) { self.close } else { self.open };
        format!("{:02}:{:02}", at / 60, at % 60)
    }

    fn minute_of_day(&self, wall: SystemTime) -> i64 {
        let minutes = wall.duration_since(UNIX_EPOCH).map_or(0, |since| (since.as_secs() / 60) as i64);
        let offset = match self.zone {
            Zone::Local => junctor::local_offset(wall) / 60,
            Zone::Offset(minutes) => minutes,
        };
        (minutes + offset).rem_euclid(DAY)
    }
}

/// "08:30" as minutes after midnight.
fn time(text: &str) -> Option<i64> {
    let (hour, minute) = text.split_once(':')?;
    let number = |digits: &str, below: i64| {
        let plain = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse::<i64>().ok().filter(|n| plain && *n < below)
    };
    Some(number(hour, 24)? * 60 + number(minute, 60)?)
}

fn parse_zone(text: &str) -> Option<Zone> {
    match text {
        "local" => Some(Zone::Local),
        "utc" => Some(Zone::Offset(0)),
        _ => {
            let east = text.strip_prefix('+').and_then(time);
            let west = text.strip_prefix('-').and_then(time).map(|minutes| -minutes);
            east.or(west).map(Zone::Offset)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at(hour: u64, minute: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(20_000 * 86_400 + hour * 3_600 + minute * 60)
    }
    fn table(open: &str, close: &str, zone: &str) -> Timetable {
        Timetable::parse(open, close, zone).unwrap()
    }

    #[test]
    fn the_first_minute_is_open_and_the_last_one_is_not() {
        let day = table("08:00", "18:00", "utc");
        assert!(!day.is_open(at(7, 59)));
        assert!(day.is_open(at(8, 0)));
        assert!(day.is_open(at(17, 59)));
        assert!(!day.is_open(at(18, 0)));
    }

    #[test]
    fn a_night_shift_goes_on_past_midnight() {
        let night = table("22:00", "06:00", "utc");
        assert!(night.is_open(at(23, 0)));
        assert!(night.is_open(at(5, 59)));
        assert!(!night.is_open(at(6, 0)));
        assert!(!night.is_open(at(21, 59)));
    }

    #[test]
    fn equal_times_mean_that_it_never_closes() {
        assert!(table("08:00", "08:00", "utc").is_open(at(3, 0)));
    }

    #[test]
    fn an_offset_moves_the_day_in_both_directions_and_over_midnight() {
        assert!(table("08:00", "18:00", "+02:00").is_open(at(6, 0)));
        assert!(!table("08:00", "18:00", "+02:00").is_open(at(16, 0)));
        assert!(table("20:00", "21:00", "-05:00").is_open(at(1, 30)));
    }

    #[test]
    fn it_is_known_when_it_opens_and_when_it_closes() {
        let day = table("08:00", "18:30", "utc");
        assert_eq!(day.next_change(at(12, 0)), "18:30");
        assert_eq!(day.next_change(at(20, 0)), "08:00");
    }

    #[test]
    fn texts_that_are_not_times_are_refused_with_what_was_expected() {
        let why = Timetable::parse("8:00", "18:00", "utc").unwrap_err();
        assert_eq!(why, "expected a time such as \"08:00\", got \"8:00\"");
        for (close, zone) in [("24:00", "utc"), ("18:60", "utc"), ("+8:00", "utc"), ("18:00", "mars"), ("18:00", "")] {
            assert!(Timetable::parse("08:00", close, zone).is_err(), "{close} {zone}");
        }
    }
}
