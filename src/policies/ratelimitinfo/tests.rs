use serde_json::json;

use crate::test_support::assembly;

#[tokio::test]
async fn without_limits_the_list_is_empty() {
    let answer = assembly("execute:\n- ratelimitinfo: {input: request}\n").serve_cleanly().get().await;
    assert_eq!(answer.json(), json!({"limits": []}));
}
