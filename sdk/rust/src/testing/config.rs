// SPDX-License-Identifier: Apache-2.0
//! A configuration from the option table and what a test sets, in the words of an operator.
use super::records;
use crate::opt::Declared;
use crate::raw::*;
use std::collections::BTreeMap;
use std::os::raw::c_char;

enum Value {
    Int(i64),
    Text(String),
    Ints(Vec<i64>),
    Texts(Vec<String>),
}

/// What the plugin gets as `jct_config`.
pub(super) struct FakeConfig {
    instance: String,
    values: BTreeMap<String, Value>,
}

impl FakeConfig {
    /// Panics where a test sets what is not there, or a text that is no value.
    pub(super) fn new(instance: &str, options: &[&Declared], settings: &[(&str, &str)]) -> Self {
        for (name, _) in settings {
            assert!(options.iter().any(|option| option.name == *name), "no option {name}");
        }
        let mut values = BTreeMap::new();
        for option in options {
            let set = settings.iter().find(|(name, _)| *name == option.name).map(|(_, text)| *text);
            if option.kind == JCT_OPT_RECORDS {
                assert!(set.is_none(), "{}: this host has no records", option.name);
                values.insert(option.name.to_string(), Value::Texts(Vec::new()));
            } else if let Some(text) = set.or(option.default) {
                values.insert(option.name.to_string(), value(option, text));
            } else {
                assert!(option.flags & JCT_OPT_REQUIRED == 0, "the option {} must be given", option.name);
            }
        }
        Self { instance: instance.into(), values }
    }
    pub(super) fn raw(&self) -> *const jct_config {
        let raw: *const Self = self;
        raw.cast()
    }
}

fn is_number(option: &Declared) -> bool {
    matches!(option.kind, JCT_OPT_BOOL | JCT_OPT_INT | JCT_OPT_DURATION | JCT_OPT_SIZE | JCT_OPT_RATE)
}

fn value(option: &Declared, text: &str) -> Value {
    let list = option.flags & JCT_OPT_LIST != 0;
    let elements = || text.split(',').map(str::trim).filter(|element| !element.is_empty());
    match (list, is_number(option)) {
        (false, false) => Value::Text(text.into()),
        (false, true) => Value::Int(number(option, text)),
        (true, false) => Value::Texts(elements().map(String::from).collect()),
        (true, true) => Value::Ints(elements().map(|element| number(option, element)).collect()),
    }
}

fn number(option: &Declared, text: &str) -> i64 {
    let units: &[(&str, i64)] = match option.kind {
        JCT_OPT_BOOL => return i64::from(text == "true"),
        JCT_OPT_DURATION => &[
            ("ms", 1_000_000),
            ("us", 1_000),
            ("ns", 1),
            ("s", 1_000_000_000),
            ("m", 60_000_000_000),
            ("h", 3_600_000_000_000),
            ("d", 86_400_000_000_000),
        ],
        JCT_OPT_SIZE => &[("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("B", 1)],
        JCT_OPT_RATE => &[("kbit", 1_000), ("Mbit", 1_000_000), ("Gbit", 1_000_000_000), ("bit", 1)],
        _ => &[],
    };
    let found = units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)));
    let (digits, factor) = found.unwrap_or((text, 1));
    let number: i64 = digits.trim().parse().unwrap_or_else(|_| panic!("{}: \"{text}\" is no number", option.name));
    number * factor
}

/// # Safety
/// `config` is a `FakeConfig`, `name` a text.
unsafe fn found<'a>(config: *const jct_config, name: *const c_char) -> Result<&'a Value, jct_status> {
    // SAFETY: the caller's promise.
    let (config, name) = unsafe { (&*config.cast::<FakeConfig>(), records::text(name)) };
    config.values.get(&name).ok_or(JCT_E_NOT_FOUND)
}

/// # Safety
/// `out` is to be written.
unsafe fn give<T>(value: Result<T, jct_status>, out: *mut T) -> jct_status {
    match value {
        Ok(value) => {
            // SAFETY: the caller's promise.
            unsafe { out.write(value) };
            JCT_OK
        }
        Err(status) => status,
    }
}

pub(super) static API: jct_config_api = jct_config_api {
    size: std::mem::size_of::<jct_config_api>() as u32,
    reserved: 0,
    get_int: Some(get_int),
    get_str: Some(get_str),
    count: Some(count),
    int_at: Some(int_at),
    str_at: Some(str_at),
    record_at: None,
    instance: Some(instance),
    kernel_int: Some(kernel_int),
    kernel_str: Some(kernel_str),
};

// As config.h says: a configuration of ours, a name, and a place to be written.
type Config = *const jct_config;
type Name = *const c_char;

unsafe extern "C" fn get_int(config: Config, name: Name, out: *mut i64) -> jct_status {
    // SAFETY: see above; here and below.
    unsafe {
        let value = found(config, name).and_then(|value| match value {
            Value::Int(number) => Ok(*number),
            _ => Err(JCT_E_ARG),
        });
        give(value, out)
    }
}
unsafe extern "C" fn get_str(config: Config, name: Name, out: *mut jct_str) -> jct_status {
    // SAFETY: as above.
    unsafe {
        let value = found(config, name).and_then(|value| match value {
            Value::Text(text) => Ok(records::view(text)),
            _ => Err(JCT_E_ARG),
        });
        give(value, out)
    }
}
unsafe extern "C" fn count(config: Config, name: Name, out: *mut u64) -> jct_status {
    // SAFETY: as above.
    unsafe {
        let value = found(config, name).and_then(|value| match value {
            Value::Ints(all) => Ok(all.len() as u64),
            Value::Texts(all) => Ok(all.len() as u64),
            _ => Err(JCT_E_ARG),
        });
        give(value, out)
    }
}
unsafe extern "C" fn int_at(config: Config, name: Name, index: u64, out: *mut i64) -> jct_status {
    // SAFETY: as above.
    unsafe {
        let value = found(config, name).and_then(|value| match value {
            Value::Ints(all) => all.get(index as usize).copied().ok_or(JCT_E_ARG),
            _ => Err(JCT_E_ARG),
        });
        give(value, out)
    }
}
unsafe extern "C" fn str_at(config: Config, name: Name, index: u64, out: *mut jct_str) -> jct_status {
    // SAFETY: as above.
    unsafe {
        let value = found(config, name).and_then(|value| match value {
            Value::Texts(all) => all.get(index as usize).map(|text| records::view(text)).ok_or(JCT_E_ARG),
            _ => Err(JCT_E_ARG),
        });
        give(value, out)
    }
}
unsafe extern "C" fn instance(config: Config) -> jct_str {
    // SAFETY: as above.
    records::view(unsafe { &(*config.cast::<FakeConfig>()).instance })
}
unsafe extern "C" fn kernel_int(_: Config, name: Name, out: *mut i64) -> jct_status {
    // SAFETY: as above.
    unsafe { give((records::text(name) == "base_port").then(|| 21116).ok_or(JCT_E_NOT_FOUND), out) }
}
unsafe extern "C" fn kernel_str(_: Config, name: Name, out: *mut jct_str) -> jct_status {
    // SAFETY: as above.
    let known = unsafe { records::text(name) } == "data_dir";
    // SAFETY: as above.
    unsafe { give(known.then(|| records::view("/nonexistent/data")).ok_or(JCT_E_NOT_FOUND), out) }
}
