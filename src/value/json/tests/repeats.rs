//! Members that come again, and objects with many members.

use super::*;

#[test]
fn of_a_repeated_member_the_last_value_counts_at_the_place_of_the_first() {
    for (text, expected) in [
        (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
        (
            r#"{"a":{"x":[1,2]},"b":{"a":0,"a":[1,[2]],"c":1},"a":[3,{"b":4}],"c":5,"a":{"y":6}}"#,
            r#"{"a":{"y":6},"b":{"a":[1,[2]],"c":1},"c":5}"#,
        ),
        (r#"{"a":1,"\u0061":2}"#, r#"{"a":2}"#),
        (r#"[{"":1,"":2},{"":3}]"#, r#"[{"":2},{"":3}]"#),
        (r#"{"a":{"a":1,"a":{"a":1,"a":2}},"a":{"a":3,"a":{"a":4,"a":5}}}"#, r#"{"a":{"a":{"a":5}}}"#),
    ] {
        let mut value = parse(text);
        assert_eq!(value.to_json(), expected, "{text}");
        assert_eq!(value, parse(expected), "{text}");
        assert_eq!(value.view().source(), None, "{text}");
        if let Some(members) = value.object_mut() {
            members.insert("new".into(), Value::NULL);
            assert_eq!(value.get("a"), parse(expected).get("a"), "{text}");
        }
    }
}

/// `count` members, with every name `times` times.
fn large(count: usize, times: usize) -> String {
    let members = (0..times).flat_map(|time| (0..count).map(move |at| format!("\"name{}\":[{at},{time}]", at % count)));
    format!("{{\"around\":{{{}}}}}", members.collect::<Vec<_>>().join(","))
}

#[test]
fn members_of_large_objects_are_found() {
    for count in [15, 16, 17, 18, 100, 5000] {
        for times in [1, 2, 3] {
            let value = parse(&large(count, times));
            let around = value.get("around").unwrap().as_object().unwrap();
            assert_eq!(around.len(), count);
            assert_eq!(around.iter().count(), count);
            for (at, (name, value)) in around.iter().enumerate() {
                assert_eq!(name, format!("name{at}"), "their order is that of the text");
                assert_eq!(value.to_json(), format!("[{at},{}]", times - 1));
                assert_eq!(around.get(name), Some(value));
            }
            for missing in ["", "name", "name-1", "namex", "other"] {
                assert!(around.get(missing).is_none());
            }
            assert!(around.get(&format!("name{count}")).is_none());
        }
    }
}

/// Far more than a second would be quadratic.
#[test]
fn many_members_cost_no_more_each() {
    let started = std::time::Instant::now();
    for text in
        [large(100_000, 1), large(2, 50_000), large(50_000, 2), format!("[{}0]", "{\"a\":1,\"a\":2},".repeat(50_000))]
    {
        let value = parse(&text);
        if let Some(around) = value.get("around") {
            let around = around.as_object().unwrap();
            assert!(around.iter().all(|(name, value)| around.get(name) == Some(value)));
        }
    }
    let same_ends = format!("{{{}}}", (0..50_000).map(|at| format!("\"a{at:0200}a\":0")).collect::<Vec<_>>().join(","));
    assert_eq!(parse(&same_ends).as_object().unwrap().len(), 50_000);
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}
