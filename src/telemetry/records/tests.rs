use std::time::{Duration, SystemTime};

use http::{HeaderValue, Method, StatusCode, Version};

use super::*;
use crate::openapi::KeyPlace;
use crate::runtime::{ClientDemand, OperationInfo};

fn settings(text: &str) -> TraceRecords {
    serde_json::from_str(text).unwrap()
}

fn beginning(id: &str) -> Beginning {
    Beginning {
        id: id.into(),
        received: SystemTime::UNIX_EPOCH,
        client: ([192, 0, 2, 7], 40_000).into(),
        method: Method::GET,
        path: "/a".to_owned(),
        query: Some("b=c&api_key=canary-1".to_owned()),
        version: Version::HTTP_11,
        headers: HeaderMap::new(),
    }
}

fn end(records: &Records, id: &str) {
    let open = records.begin(&HeaderMap::new(), || beginning(id)).unwrap();
    let (status, duration) = (Some(StatusCode::OK), Duration::from_millis(3));
    open.end(&End { status, route: None, bytes: 7, complete: true, duration, trace: None });
}

#[test]
fn nothing_is_recorded_unless_the_settings_say_so() {
    assert!(Records::new(&TraceRecords::default()).is_none());
    let keyed = Records::new(&settings(r#"{"key": "a long enough key"}"#)).unwrap();
    let with = |value: Option<&'static str>| {
        let headers = value.map(|value| (TRACE_KEY, HeaderValue::from_static(value))).into_iter().collect();
        keyed.begin(&headers, || beginning("1")).is_some()
    };
    assert_eq!(
        [None, Some(""), Some("a long enough kez"), Some("a long enough"), Some("a long enough key")].map(with),
        [false, false, false, false, true]
    );
}

#[test]
fn a_share_is_one_of_so_many() {
    let sampled = Records::new(&settings(r#"{"sample": "10%"}"#)).unwrap();
    let recorded = (0..20_000).filter(|_| sampled.begin(&HeaderMap::new(), || beginning("1")).is_some()).count();
    // 2,000 are expected; this far off they are once in 10^20 times.
    assert!((1600..2400).contains(&recorded), "{recorded}");
}

#[test]
fn the_oldest_records_make_room() {
    let records = Records::new(&settings(r#"{"sample": "100%", "requests": 3}"#)).unwrap();
    for id in ["a", "b", "c", "d", "e"] {
        end(&records, id);
    }
    let kept: Vec<_> = records.since(0).into_iter().map(|one| (one.number, one.id)).collect();
    assert_eq!(kept, [(3, "c".to_owned()), (4, "d".to_owned()), (5, "e".to_owned())]);
    assert_eq!(records.since(4).len(), 1);
    assert!(records.find("a").is_none());
    let last = records.find("e").unwrap();
    assert_eq!((last.status, last.bytes, last.duration_ms), (Some(200), 7, 3.0));
    assert_eq!((last.query.as_deref(), last.time.as_str()), (Some("b=c&api_key=***"), "1970-01-01T00:00:00.000Z"));
}

#[test]
fn records_have_a_size_that_all_of_them_share() {
    let mut ring = Ring::new(1000, 100_000);
    let record = |bytes: usize| Record { path: "x".repeat(bytes), ..Record::default() };
    for _ in 0..50 {
        ring.push(record(10_000));
    }
    let kept: usize = ring.since(0).iter().map(|record| record.weight()).sum();
    assert!(ring.since(0).len() == 9 && kept <= 100_000, "{kept}");
    ring.push(record(200_000));
    assert_eq!(ring.since(0).len(), 9, "one that is too large alone takes no place");
}

#[test]
fn keys_of_the_api_and_names_of_the_settings_are_masked() {
    let records = Records::new(&settings(r#"{"sample": "100%", "mask": ["X_Pin"]}"#)).unwrap();
    let query = Some("b=c&shop-id=canary-1&x-pin=canary-2&api_key=canary-3".to_owned());
    let open = records.begin(&HeaderMap::new(), || Beginning { query, ..beginning("a") }).unwrap();
    let place = KeyPlace { in_header: false, name: "Shop-Id".into() };
    let clients = [ClientDemand { ids: vec![place], secrets: Vec::new() }].into();
    let operation = OperationInfo { clients, ..OperationInfo::default() };
    drop(open.recording(&operation, &HeaderMap::new(), &Arc::from([])));
    open.refused("it is canary-1 and canary-2");
    drop(open);
    let record = records.find("a").unwrap();
    assert_eq!(record.query.as_deref(), Some("b=c&shop-id=***&x-pin=***&api_key=***"));
    assert_eq!(record.refused.as_deref(), Some("it is *** and ***"));
}

#[test]
fn the_last_of_exchange_and_pipeline_keeps_it() {
    let records = Records::new(&settings(r#"{"sample": "100%"}"#)).unwrap();
    let open = records.begin(&HeaderMap::new(), || beginning("a")).unwrap();
    let nothing = Arc::from([]);
    let recording = open.recording(&OperationInfo::default(), &HeaderMap::new(), &nothing);
    drop(open);
    assert_eq!(records.since(0).len(), 0, "its pipeline is not over");
    drop(recording);
    assert_eq!(records.since(0).len(), 1);
}
