//! Coverage by line.

use super::{ANSWERED, Folder, ORDERS};
use crate::test::coverage::{Coverage, lcov, table};

#[tokio::test]
async fn steps_branches_and_catches_are_counted_by_line() {
    let tests = format!(
        "{ANSWERED}tests:\n  - name: twice\n    requests: [{{ request: {{ path: /orders/7 }} }}, {{ request: {{ path: /orders/7 }} }}]\n"
    );
    let folder = Folder::new(ORDERS, &tests);
    let mut coverage = Coverage::default();
    folder.run(&mut coverage).await;
    let expected = "\
TN:
SF:api.yaml
BRDA:16,0,0,0
BRDA:18,0,1,2
BRDA:22,1,0,0
BRF:3
BRH:1
DA:8,2
DA:13,2
DA:17,0
DA:19,2
DA:20,2
DA:24,0
LF:6
LH:4
end_of_record
";
    assert_eq!(folder.short(&lcov(&coverage)), expected);
    let table = folder.short(&table(&coverage));
    for line in [
        "4 of 6     1 of 2     0 of 1",
        "  api.yaml:17: the step `missing` has not run",
        "  api.yaml:16: the branch `order.status.code = 404` has not run",
        "  api.yaml:22: `catch LambdaThrottledError` has not run",
    ] {
        assert!(table.contains(line), "{line}\n{table}");
    }
}

#[tokio::test]
async fn what_was_never_reached_has_no_branches_taken() {
    let tests = "tests: [{ name: it, requests: [{ request: { path: /nothing }, answer: { status: 404 } }] }]";
    let folder = Folder::new(ORDERS, tests);
    let mut coverage = Coverage::default();
    folder.run(&mut coverage).await;
    let lcov = lcov(&coverage);
    assert!(lcov.contains("BRDA:16,0,0,-\nBRDA:18,0,1,-\n"), "{lcov}");
    assert!(lcov.contains("LF:6\nLH:0\n"), "{lcov}");
}
