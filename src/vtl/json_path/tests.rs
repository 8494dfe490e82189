//! Jayway's own example document, and the paths of its manual.

use super::{Found, Path};
use crate::value::Value;
use crate::vtl::Limits;
use crate::vtl::budget::Budget;

const STORE: &str = r#"{"store": {"book": [
    {"category": "reference", "author": "Nigel Rees", "title": "Sayings of the Century", "price": 8.95},
    {"category": "fiction", "author": "Evelyn Waugh", "title": "Sword of Honour", "price": 12.99},
    {"category": "fiction", "author": "Herman Melville", "title": "Moby Dick", "isbn": "0-553-21311-3", "price": 8.99},
    {"category": "fiction", "author": "J. R. R. Tolkien", "title": "The Lord of the Rings", "isbn": "0-395-19395-8", "price": 22.99}],
    "bicycle": {"color": "red", "price": 19.95}}, "expensive": 10, "a-b": 1, "n": [1, 2, 4], "nothing": null}"#;

fn find(path: &str) -> String {
    let document = Value::parse_json(STORE.as_bytes()).unwrap();
    let path = Path::parse(path).unwrap_or_else(|error| panic!("{error}"));
    match path.find(&document, &mut Budget::new(&Limits::default())).unwrap() {
        Found::Nothing => "nothing".to_owned(),
        Found::One(value) => value.to_json(),
        Found::Many(values) => Value::from(values).to_json(),
    }
}

#[test]
fn a_definite_path_is_its_value_and_every_other_one_a_list() {
    for (path, expected) in [
        ("$.expensive", "10"),
        ("expensive", "10"),
        ("$['expensive']", "10"),
        ("$[\"a-b\"]", "1"),
        ("$.a-b", "1"),
        ("$.n[0]", "1"),
        ("$.n[-1]", "4"),
        ("$.nothing", "null"),
        ("$.missing", "nothing"),
        ("$.n[3]", "nothing"),
        ("$.expensive.more", "nothing"),
        ("$.n[*]", "[1,2,4]"),
        ("$.n[0,2]", "[1,4]"),
        ("$.n[0:2]", "[1,2]"),
        ("$.n[:2]", "[1,2]"),
        ("$.n[1:]", "[2,4]"),
        ("$.n[-2:]", "[2,4]"),
        ("$.n[7,0]", "[1]"),
        ("$['expensive','a-b']", "[10,1]"),
        ("$..missing", "[]"),
        ("$.missing[*]", "[]"),
        ("$.store.bicycle.*", r#"["red",19.95]"#),
        ("$..price", "[8.95,12.99,8.99,22.99,19.95]"),
        ("$.store..price", "[8.95,12.99,8.99,22.99,19.95]"),
        ("$..book[2].title", r#"["Moby Dick"]"#),
        ("$..book[0,1].price", "[8.95,12.99]"),
        ("$.store.book[*].isbn", r#"["0-553-21311-3","0-395-19395-8"]"#),
    ] {
        assert_eq!(find(path), expected, "{path}");
    }
}

#[test]
fn filters_compare_without_conversion() {
    for (filter, expected) in [
        ("@.isbn", "[8.99,22.99]"),
        ("!(@.isbn)", "[8.95,12.99]"),
        ("@.price < 10", "[8.95,8.99]"),
        ("@.price < '10'", "[]"),
        ("@.price <= $.expensive && @.category == 'fiction'", "[8.99]"),
        ("@.price > 20 || @.author == \"Nigel Rees\"", "[8.95,22.99]"),
        ("@.author =~ /.*REES/i", "[8.95]"),
        ("@.author =~ /Rees/", "[]"),
        ("@.category in ['reference', 'other']", "[8.95]"),
        ("@.category nin ['reference']", "[12.99,8.99,22.99]"),
        ("@.title size 9", "[8.99]"),
        ("@.title empty false", "[8.95,12.99,8.99,22.99]"),
        ("@.isbn == null", "[]"),
        ("@.price >= 12.99 && !(@.isbn)", "[12.99]"),
    ] {
        assert_eq!(find(&format!("$.store.book[?({filter})].price")), expected, "{filter}");
    }
    assert_eq!(find("$[?(@.n anyof [4, 9])].n[0]"), "[1]");
    assert_eq!(find("$[?(@.n subsetof [4, 2, 1, 3])].n[0]"), "[1]");
    assert_eq!(find("$[?(@.n noneof [4])].n[0]"), "[]");
}

#[test]
fn functions_are_at_the_end() {
    for (path, expected) in [
        ("$.n.length()", "3"),
        ("$.n.sum()", "7.0"),
        ("$.n.min()", "1.0"),
        ("$.n.max()", "4.0"),
        ("$..price.max()", "22.99"),
        ("$.n.first()", "1"),
        ("$.n.last()", "4"),
        ("$.n.index(-2)", "2"),
        ("$.store.bicycle.keys()", r#"["color","price"]"#),
        ("$.missing.length()", "nothing"),
        ("$.expensive.sum()", "nothing"),
    ] {
        assert_eq!(find(path), expected, "{path}");
    }
    assert!(find("$.n.stddev()").starts_with("1.247"));
    assert!(find("$.n.avg()").starts_with("2.333"));
}

#[test]
fn what_is_no_path_is_an_error() {
    let deep = format!("$[?({}@.a{})]", "(".repeat(40), ")".repeat(40));
    let long = format!("$.{}", "a".repeat(5000));
    for path in [
        "$.",
        "$.a[",
        "$.a]",
        "$['a'",
        "$[?(@.a == )]",
        "$[?@.a]",
        "$.a.gone()",
        "$[a]",
        "$[?(@.a =~ /(/)]",
        &deep,
        &long,
    ] {
        assert!(Path::parse(path).is_err(), "{path}");
    }
}

/// Every item is compared with every other one: the budget ends it.
#[test]
fn a_path_that_takes_too_long_fails() {
    let list = format!("[{}]", vec!["1"; 2000].join(","));
    let document = Value::parse_json(format!(r#"{{"a": {list}}}"#).as_bytes()).unwrap();
    let path = Path::parse("$.a[?($.a[?($.a anyof [2])] empty false)]").unwrap();
    assert!(path.find(&document, &mut Budget::new(&Limits::default())).is_err());
}
