//! The time and random numbers that a test fixes.

use super::{assembly, failures, passes};

const NOW: &str = r#"execute:
  - set-variable:
      actions:
        - { set: date, value: '$(system.datetime)' }
        - { set: day, value: '$(system.date.day-of-month)' }
  - if:
      condition: $now() = '2026-01-31T12:00:00.000Z' and $millis() = 1769860800000
      execute: [{ set-variable: { title: jsonata, actions: [{ set: same, value: true }] } }]
  - gatewayscript:
      source: |
        context.set('script', {
          now: Date.now(), text: new Date().toISOString(), other: new Date(0).toISOString(), is: new Date() instanceof Date,
          random: Math.random(), id: require('crypto').randomUUID(),
        });
"#;

#[tokio::test]
async fn the_time_of_a_test_is_that_of_its_steps() {
    let tests = "
tests:
  - name: it
    at: 2026-01-31T12:00:00Z
    requests:
      - request: { path: /example }
        variables:
          date: '2026-01-31T12:00:00.000Z'
          day: 31
          same: true
          request.date: '2026-01-31T12:00:00.000Z'
          script: { now: 1769860800000, text: '2026-01-31T12:00:00.000Z', other: '1970-01-01T00:00:00.000Z', is: true }
";
    let found = failures(&assembly(NOW), tests).await;
    assert_eq!(found, [""; 0]);
    let real = tests.replace("    at: 2026-01-31T12:00:00Z\n", "");
    assert!(failures(&assembly(NOW), &real).await.len() >= 3);
}

#[tokio::test]
async fn expressions_have_random_numbers_with_and_without_a_seed() {
    let condition = |text: &str| {
        assembly(&format!(
            "execute:\n  - if:\n      condition: {text}\n      execute: [{{ set-variable: {{ actions: [{{ set: holds, value: true }}] }} }}]"
        ))
    };
    let tests = "tests: [{ name: it, SEED requests: [{ request: { path: /example }, variables: { holds: true } }] }]";
    let range =
        condition("$random() >= 0 and $random() < 1 and $random() != $random() and $count($shuffle([1, 2, 3])) = 3");
    passes(&range, &tests.replace("SEED", "")).await;
    passes(&range, &tests.replace("SEED", "random: 7,")).await;
    let exact = condition("$string($shuffle([1, 2, 3, 4, 5, 6, 7, 8])) = '[8,2,4,3,7,6,1,5]'");
    let seeds = (0..3).map(|seed| tests.replace("SEED", &format!("random: {seed},")));
    let mut failed = 0;
    for tests in seeds {
        let first = failures(&exact, &tests).await;
        assert_eq!(first, failures(&exact, &tests).await);
        failed += first.len();
    }
    assert!(failed >= 2, "different seeds give different orders");
}

#[tokio::test]
async fn random_numbers_are_the_same_again_and_differ_with_the_seed() {
    let random = |seed: u32| {
        format!(
            "
tests:
  - name: it
    random: {seed}
    requests:
      - request: {{ path: /example }}
        answer: {{ headers-match: {{ x-random: '.' }} }}
        save: {{ random: headers.x-random }}
      - request: {{ path: /example }}
        answer: {{ headers: {{ x-random: '${{random}}' }} }}
        variables: {{ message.headers.x-random: '${{random}}' }}
"
        )
    };
    let document = assembly(
        "execute:\n  - gatewayscript: { source: \"context.message.header.set('x-random', Math.random() + require('crypto').randomUUID())\" }",
    );
    passes(&document, &random(7)).await;
    // Without a seed the second answer has other numbers.
    let real = random(7).replace("    random: 7\n", "");
    assert_eq!(failures(&document, &real).await.len(), 2);
}
