//! What a conversion between JSON and XML costs in memory, at most while it runs and afterwards, and that it is counted.
//!
//! Everything of the process is counted, so this file holds one test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

use bytes::Bytes;
use gantry::value::{DEFAULT_ROOM, JsonConvention, Value, Xml, XmlLimits, XmlRoot, room_held, set_room};
use gantry_allocator::counting::{Counting, peak, reset_peak};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const MIB: usize = 1024 * 1024;

/// What is made of the largest body is smaller.
const MOST: usize = 100 * MIB;

/// What a measurement does not count.
const LITTLE: usize = 64 * 1024;

/// Bodies of 4 MB of which much is made.
fn texts() -> Vec<(&'static str, String)> {
    let list = |item: &str, count: usize| format!("[{}]", vec![item; count].join(","));
    let keys = (0..330_000).map(|at| format!("\"k{at}\":1")).collect::<Vec<_>>().join(",");
    vec![
        ("2,000,000 numbers", list("1", 2_000_000)),
        ("1,300,000 empty lists", list("[]", 1_300_000)),
        ("1,300,000 empty objects", list("{}", 1_300_000)),
        ("330,000 members", format!("{{{keys}}}")),
    ]
}

fn root() -> XmlRoot {
    XmlRoot { name: "json".into(), always: false, unnamed: "element".into() }
}

#[test]
fn conversions_cost_little_more_than_what_they_make() {
    for (name, text) in texts() {
        to_xml(name, text);
    }
    to_json("300,000 elements", &format!("<r>{}</r>", "<a/>".repeat(300_000)));
    let different: String = (0..60_000).map(|at| format!("<a{at}>x</a{at}>")).collect();
    to_json("60,000 names", &format!("<r>{different}</r>"));
    trees();
    refused();
}

/// A tree of XML is charged what it takes.
fn trees() {
    let attributes: String = (0..50_000).map(|at| format!(" a{at}='1'")).collect();
    let namespaces: String = (0..1000).map(|at| format!(" xmlns:p{at}='u{at}'")).collect();
    let different: String = (0..50_000).map(|at| format!("<a{at}/>")).collect();
    for (name, text) in [
        ("empty elements", format!("<r>{}</r>", "<a/>".repeat(200_000))),
        ("texts", format!("<r>{}</r>", "<a>x</a>".repeat(100_000))),
        ("attributes", format!("<r>{}</r>", "<a b='c'/>".repeat(100_000))),
        ("one element with many attributes", format!("<r{attributes}/>")),
        ("declarations", format!("<r{namespaces}>{}</r>", "<p1:a/>".repeat(50_000))),
        ("different names", format!("<r>{different}</r>")),
        ("comments", format!("<r>{}</r>", "<!--x-->".repeat(100_000))),
        ("instructions", format!("<r>{}</r>", "<?a b?>".repeat(100_000))),
        ("one long text", format!("<r>{}</r>", "x".repeat(1_000_000))),
    ] {
        let before = reset_peak();
        let document = Xml::parse(text.as_bytes(), &XmlLimits::LOOSE).unwrap();
        let (most, held) = (peak() - before, reset_peak() - before);
        let charged = room_held().0;
        println!(
            "{name}: {:.1} times its text, charged {:.1}, {:.1} at most",
            times(held, &text),
            times(charged, &text),
            times(most, &text)
        );
        assert!(held <= charged + LITTLE, "{name}: {held} bytes, and {charged} are charged");
        // Lists grow, and names are looked up: that is charged too until the document is whole.
        assert!(most <= 3 * charged + 2 * MIB, "{name}: {most} bytes at most, and {charged} are charged");
        assert!(charged <= 2 * held + LITTLE, "{name}: {held} bytes, and {charged} are charged");
        let copy = document.clone();
        assert_eq!((room_held().0, copy == document), (2 * charged, true), "{name}");
        drop((document, copy));
        assert_eq!(room_held().0, 0, "{name}");
    }
}

fn times(bytes: usize, text: &str) -> f64 {
    bytes as f64 / text.len() as f64
}

fn to_xml(name: &str, text: String) {
    let before = reset_peak();
    let length = text.len();
    let value = Value::read_json(Bytes::from(text)).unwrap();
    let read = reset_peak();
    let document = Xml::text_of_json(&value, &root()).unwrap();
    let (made, whole) = (peak() - read, peak() - before + length);
    println!("{name}: {:.1} MB of XML, {:.1} MB at most", document.len() as f64 / 1e6, whole as f64 / 1e6);
    assert!(made <= document.len() + LITTLE, "{name}: {made} bytes for {}", document.len());
    assert!(whole <= MOST, "{name}: {whole} bytes at most");
    assert_eq!(room_held().0, document.len(), "{name}");
    drop((value, document));
    assert_eq!(room_held().0, 0, "{name}");
}

fn to_json(name: &str, text: &str) {
    let document = Xml::parse(text.as_bytes(), &XmlLimits::LOOSE).unwrap();
    let of_tree = room_held().0;
    let before = reset_peak();
    let json = document.to_json_text(JsonConvention::BadgerFish).unwrap();
    let made = peak() - before;
    let charged = room_held().0 - of_tree;
    // The children of an element are sorted by their names.
    assert!(made <= json.len() + 16 * document.len() * if name.ends_with("names") { 12 } else { 1 }, "{name}: {made}");
    drop(document);
    let read = reset_peak();
    let value = Value::read_made(json.clone());
    let (length, all) = (json.len(), reset_peak() - read + json.len());
    println!("{name}: {:.1} MB of JSON, {:.1} MB with what is read", length as f64 / 1e6, all as f64 / 1e6);
    assert!(all <= charged + LITTLE, "{name}: {all} bytes, and {charged} are charged");
    assert_eq!(value.to_bytes(), json.as_bytes());
    drop(json);
    assert_eq!(room_held().0, charged, "{name}: the value keeps the room");
    drop(value);
    assert_eq!(room_held().0, 0, "{name}");
}

/// Where there is no room, nothing is made.
fn refused() {
    let (_, text) = texts().swap_remove(0);
    let value = Value::read_json(Bytes::from(text)).unwrap();
    set_room(8 * MIB);
    let before = reset_peak();
    let error = Xml::text_of_json(&value, &root()).unwrap_err();
    assert!(error.no_room.is_some() && peak() - before < 2 * LITTLE, "{error}: {} bytes", peak() - before);
    assert_eq!(room_held(), (0, 1));
    let text = format!("<r>{}</r>", "<a/>".repeat(400_000));
    let before = reset_peak();
    let error = Xml::parse(text.as_bytes(), &XmlLimits::LOOSE).unwrap_err();
    assert!(error.no_room.is_some() && peak() - before < 16 * MIB, "{error}: {} bytes", peak() - before);
    assert_eq!(room_held(), (0, 2));
    set_room(DEFAULT_ROOM);
}
