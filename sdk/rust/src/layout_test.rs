// SPDX-License-Identifier: Apache-2.0
//! `raw` against abi-1.json, which the C compiler has measured.
use super::raw_layout;
use std::collections::BTreeMap;

macro_rules! offset {
    ($record:ty, $member:ident) => {{
        let record = std::mem::MaybeUninit::<$record>::uninit();
        // SAFETY: the address alone is taken; nothing is read.
        let member = unsafe { std::ptr::addr_of!((*record.as_ptr()).$member) };
        member as usize - record.as_ptr() as usize
    }};
}

/// Every number and text of the file by its path: "records/jct_str/offsets/data" is "0". It reads the form in which
/// sdk/layout/generate writes: one word a line.
fn leaves(json: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut path: Vec<String> = Vec::new();
    for line in json.lines().map(|line| line.trim().trim_end_matches(',')) {
        match line.split_once(": ") {
            Some((name, "{")) => path.push(name.trim_matches('"').to_string()),
            Some((name, value)) => {
                let at = path.iter().map(String::as_str).chain([name.trim_matches('"')]).collect::<Vec<_>>().join("/");
                found.insert(at, value.trim_matches('"').to_string());
            }
            None if line == "}" => drop(path.pop()),
            None => assert_eq!(line, "{", "a form that is not known here"),
        }
    }
    found
}

/// In the tree, or as it is installed.
fn file() -> String {
    let places = ["/../layout/abi-1.json", "/../abi-1.json"].map(|p| format!("{}{p}", env!("CARGO_MANIFEST_DIR")));
    places.iter().find_map(|place| std::fs::read_to_string(place).ok()).expect("abi-1.json beside the crate")
}

fn ours() -> BTreeMap<String, String> {
    let mut all = BTreeMap::from([("abi".to_string(), super::raw::JCT_ABI_MAJOR.to_string())]);
    for (name, size, members) in raw_layout::records() {
        all.insert(format!("records/{name}/size"), size.to_string());
        for (member, offset) in members {
            all.insert(format!("records/{name}/offsets/{member}"), offset.to_string());
        }
    }
    all.extend(raw_layout::numbers().into_iter().map(|(name, value)| (format!("constants/{name}"), value.to_string())));
    all.extend(raw_layout::texts().into_iter().map(|(name, value)| (format!("constants/{name}"), value.to_string())));
    all
}

#[test]
fn every_record_member_and_constant_is_as_the_c_compiler_has_it() {
    let theirs = leaves(&file());
    assert!(theirs.len() > 600, "{} is too few to be all", theirs.len());
    assert_eq!(ours(), theirs);
}
