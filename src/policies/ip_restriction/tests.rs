//! Which addresses may call.

use crate::test_support::assembly;

async fn status(properties: &str) -> u16 {
    assembly(&format!("execute:\n  - ip-restriction: {{{properties}}}")).serve_cleanly().get().await.status
}

#[tokio::test]
async fn deny_wins_and_an_empty_list_admits_all() {
    for (properties, expected) in [
        ("allow: [192.0.2.7]", 200),
        ("allow: [192.0.2.0/24, 10.0.0.0/8]", 200),
        ("allow: [10.0.0.0/8]", 403),
        ("allow: ['::1']", 403),
        ("deny: [192.0.2.4/30]", 403),
        ("deny: [10.0.0.0/8]", 200),
        ("allow: [192.0.2.7], deny: [192.0.2.7]", 403),
    ] {
        assert_eq!(status(properties).await, expected, "{properties}");
    }
}

#[test]
fn a_step_that_refuses_no_client_and_what_is_no_address_are_mistakes() {
    for (properties, expected) in [
        ("", "error G0305 `ip-restriction` refuses no client"),
        ("allow: [10.0.0.300]", "expected an address such as"),
        ("alow: [10.0.0.3]", "did you mean `allow`?"),
    ] {
        let found = assembly(&format!("execute:\n  - ip-restriction: {{{properties}}}")).findings();
        assert!(found[0].contains(expected), "{properties}: {found:?}");
    }
}
