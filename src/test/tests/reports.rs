//! Reports for people and for CI.

use quick_xml::Reader;
use quick_xml::events::Event;

use std::time::Duration;

use super::{ANSWERED, Folder, ORDERS};
use crate::base::{Findings, Sources};
use crate::test::coverage::Coverage;
use crate::test::outcome::TestOutcome;
use crate::test::report::{Signs, junit, people, tap};
use crate::test::{FileOutcome, Outcome, Selection, run_file};

/// Two tests, of which the second fails; and a file that cannot be read.
async fn outcome() -> (Outcome, Folder) {
    let tests = format!(
        "{ANSWERED}tests:\n  - {{ name: 'good & <well> #1', requests: [{{ request: {{ path: /orders/7 }} }}] }}\n  - {{ name: bad, requests: [{{ \
         request: {{ path: /orders/7 }}, answer: {{ body: '<a>\u{1}' }} }}] }}\n"
    );
    let folder = Folder::new(ORDERS, &tests.replace('\u{1}', "&"));
    let broken = folder.0.path().join("broken.test.yaml");
    std::fs::write(&broken, "tests: 1\n").unwrap();
    let mut coverage = Coverage::default();
    let first = folder.run(&mut coverage).await;
    let second = run_file(&broken, &Selection::default(), &mut coverage).await;
    (Outcome { files: vec![first, second], took: Duration::from_millis(1500) }, folder)
}

#[tokio::test]
async fn people_see_names_differences_and_places() {
    let (outcome, folder) = outcome().await;
    let text = folder.short(&people(&outcome, Signs::default()));
    for part in [
        "api.test.yaml\n  ok   good & <well> #1 (",
        "\n  FAIL bad (",
        "    api.test.yaml:5:77: the body is another one\n      - <a>&\n      + {\"euros\":10}\n      the last step was `price` at api.yaml:20:7\n",
        "broken.test.yaml\n  not run: 1 error\n",
        "1 passed, 1 failed, 1 error in 1500 ms",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains('\u{1b}'));
    let colored = people(&outcome, Signs { symbols: true, color: true });
    assert!(colored.contains("\u{1b}[32m✓\u{1b}[0m good") && colored.contains("\u{1b}[31m✗\u{1b}[0m bad"), "{colored}");
}

#[tokio::test]
async fn tap_has_a_line_for_each_test() {
    let (outcome, folder) = outcome().await;
    let text = folder.short(&tap(&outcome));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..4], ["TAP version 14", "1..3", "ok 1 - good & <well> \\#1", "not ok 2 - bad"]);
    assert_eq!(lines[4], "  ---");
    let end = lines.iter().position(|line| *line == "  ...").unwrap();
    let block: serde_yaml::Value = serde_yaml::from_str(&lines[5..end].join("\n")).unwrap();
    assert_eq!(block["failures"][0]["message"], "the body is another one");
    assert_eq!(block["failures"][0]["difference"], "- <a>&\n+ {\"euros\":10}");
    assert_eq!(lines[end + 1..], ["not ok 3 - broken.test.yaml: not run"]);
}

#[tokio::test]
async fn junit_is_xml_with_a_case_for_each_test() {
    let (outcome, _folder) = outcome().await;
    let text = junit(&outcome).unwrap();
    let mut reader = Reader::from_str(&text);
    let (mut cases, mut texts) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(element) | Event::Empty(element) if element.name().as_ref() == "testcase" => {
                let name = element.try_get_attribute("name").unwrap().unwrap();
                cases.push(name.normalized_value(quick_xml::XmlVersion::default()).unwrap().into_owned());
            }
            Event::Text(part) => texts.push(part.to_string()),
            _ => {}
        }
    }
    assert_eq!(cases, ["good & <well> #1", "bad", "the file can be run"]);
    assert!(texts.iter().any(|text| text.contains("+ {")), "{texts:?}");
    assert!(text.contains("failures=\"1\"") && text.contains("errors=\"1\""), "{text}");
}

#[test]
fn names_stay_in_their_line() {
    let test = TestOutcome {
        name: "a\u{1b}[2J\nb\0".to_owned(),
        place: "x:1:1".to_owned(),
        took: Duration::ZERO,
        failures: vec![],
    };
    let file = FileOutcome {
        file: "x.test.yaml".into(),
        sources: Sources::default(),
        findings: Findings::default(),
        tests: vec![test],
        read: vec![],
    };
    let outcome = Outcome { files: vec![file], took: Duration::ZERO };
    let text = people(&outcome, Signs::default()) + &tap(&outcome);
    assert!(!text.contains(['\u{1b}', '\0']), "{text}");
    assert!(
        text.contains("ok   a\\u{1b}[2J\\nb\\u{0} (0 ms)\n") && text.contains("ok 1 - a\\u{1b}[2J b\\u{0}\n"),
        "{text}"
    );
}
