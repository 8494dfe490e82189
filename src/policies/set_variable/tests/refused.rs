//! Tests of steps that are refused at load, with the line that is printed.

use super::actions;

/// The only action is the map at line 9, column 13.
fn finding(action: &str) -> String {
    let findings = actions(&format!("- {action}")).findings();
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings[0].clone()
}

#[test]
fn read_only_variables_are_refused() {
    let help = "set a variable of your own, or one below `message`";
    for name in
        ["request.headers.x", "request.body", "system.date", "api.properties.x", "api", "env.path", "session.id"]
    {
        let expected = format!("api.yaml:9:19: error G0403 `{name}` cannot be set; {help}");
        assert_eq!(finding(&format!("{{set: {name}, value: 1}}")), expected);
    }
    assert_eq!(
        finding("{clear: request.body}"),
        format!("api.yaml:9:21: error G0403 `request.body` cannot be set; {help}")
    );
}

#[test]
fn parts_that_a_message_does_not_have_are_refused() {
    let help = "a message has `body`, `headers.NAME`, `status.code`, `status.reason` and `attributes`";
    for name in ["message", "message.foo", "message.headers", "message.status.text", "message.statuscode.x"] {
        let expected = format!("api.yaml:9:19: error G0403 `{name}` cannot be set; {help}");
        assert_eq!(finding(&format!("{{set: {name}, value: 1}}")), expected);
    }
    assert_eq!(actions("- {clear: message.headers}").findings(), [""; 0]);
}

#[test]
fn an_action_does_exactly_one_thing() {
    let help = "write every action as an item of its own, with `- `";
    for (action, message) in [
        ("{value: 1}", "an action needs `set`, `add` or `clear`"),
        ("{set: a, add: b, value: 1}", "an action has 2 of `set`, `add` and `clear`, expected one"),
    ] {
        assert_eq!(finding(action), format!("api.yaml:9:13: error G0308 {message}; {help}"));
    }
    assert_eq!(finding("{set: a}"), "api.yaml:9:19: error G0305 `set` needs the property `value`");
    assert_eq!(
        finding("{set: a, valeu: 1}"),
        "api.yaml:9:22: error G0303 `actions[0]` has no property `valeu`; did you mean `value`?"
    );
}

#[test]
fn constants_are_checked_at_load() {
    for (action, expected) in [
        ("{set: a, value: x, type: number}", "9:29: error G0308 the value is not a number, as `type` wants"),
        ("{set: a, value: 1, type: boolean}", "9:29: error G0308 the value is not `true` or `false`, as `type` wants"),
        ("{set: message.status.code, value: 700}", "9:47: error G0308 the value is not a status from 100 to 599"),
        ("{set: message.statuscode, value: 99}", "9:46: error G0308 the value is not a status from 100 to 599"),
        ("{set: message.status.code, value: OK}", "9:47: error G0308 the value is not a status from 100 to 599"),
        (
            "{set: a, value: 1, type: integer}",
            "9:38: error G0304 `type` is `integer`, expected `any`, `string`, `number` or `boolean`",
        ),
    ] {
        assert_eq!(finding(action), format!("api.yaml:{expected}"));
    }
}

#[test]
fn broken_references_are_refused() {
    for (action, expected) in [
        ("{set: a, value: 'x $(request.path'}", "9:32: error G0401 `$(` has no closing `)`"),
        ("{set: a, value: $()}", "9:29: error G0401 the name is empty"),
        ("{set: a..b, value: 1}", "9:19: error G0401 `a..b` has an empty part"),
        ("{set: '', value: 1}", "9:19: error G0401 the name is empty"),
        ("{set: a, value: \"$(request.headers['x)\"}", "9:30: error G0401 `$(` has no closing `)`"),
    ] {
        assert_eq!(finding(action), format!("api.yaml:{expected}"));
    }
}

#[test]
fn a_reference_inside_a_map_or_list_is_refused_because_it_would_stay_text() {
    let help = "write the whole value as JSON text, as in `value: '{\"id\": \"$(request.parameters.id)\"}'`";
    let message = "`$(…)` is not replaced inside a map or a list";
    for value in ["{id: $(request.path)}", "[1, {deep: 'a $(b) c'}]"] {
        assert_eq!(
            finding(&format!("{{set: a, value: {value}}}")),
            format!("api.yaml:9:29: error G0401 {message}; {help}")
        );
    }
}

#[test]
fn a_name_that_nothing_sets_is_a_warning_with_the_nearest_names() {
    let findings = actions("- {set: order, value: 1}\n- {set: message.body, value: $(ordre)}").findings();
    assert_eq!(findings, ["api.yaml:10:40: warning G0402 nothing sets the variable `ordre`; did you mean `order`?"]);
}
