//! Host names that only tests know, and whose addresses they change.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

static NAMES: Mutex<Option<HashMap<String, IpAddr>>> = Mutex::new(None);

pub(super) fn set(name: &str, address: [u8; 4]) {
    NAMES.lock().unwrap().get_or_insert_default().insert(name.to_owned(), address.into());
}

pub(super) fn find(name: &str) -> Option<IpAddr> {
    NAMES.lock().unwrap().as_ref()?.get(name).copied()
}
