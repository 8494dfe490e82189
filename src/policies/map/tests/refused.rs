//! Tests of findings at load.

use crate::test_support::{Setup, document};

fn findings(actions: &str) -> Vec<String> {
    let text = format!(
        "execute:\n- map:\n    inputs: {{in: {{schema: {{type: object}}, variable: message.body}}}}\n    \
         outputs: {{out: {{schema: {{type: object, properties: {{name: {{type: string}}, list: {{type: array, items: {{type: object, \
         properties: {{id: {{type: string}}}}}}}}}}}}}}}}\n    actions:\n    {actions}\n"
    );
    Setup::default().load(&document(&text)).findings()
}

#[test]
fn targets_are_checked_against_the_schema_at_their_place() {
    for (action, expected) in [
        (
            "- {set: out.nam, value: 1}",
            "10:15: warning G0308 the schema of the output has no `nam`; it is set all the same; did you mean `name`?",
        ),
        ("- {set: out.name.first, value: 1}", "warning G0308 the schema of the output has no `first`"),
        (
            "- {create: out.list, foreach: in.l, actions: [{set: idd, from: id}]}",
            "warning G0308 the schema of the output has no `idd`",
        ),
        ("- {set: ot.name, value: 1}", "error G0308 there is no output `ot`: did you mean `out`?"),
        ("- {set: out.name, from: inn.a}", "error G0308 there is no input `inn`; did you mean `in`?"),
        ("- {set: out.name, value: $(inn.a) + 1}", "error G0308 there is no input `inn`; did you mean `in`?"),
        ("- {set: out.name, from: $item.a}", "error G0308 `$item` stands outside of a `foreach`"),
        ("- {set: out.name, value: 'a + ('}", "error G0405 the script cannot be read"),
        (
            "- {set: out.name, create: out.list}",
            "error G0308 an action has one of `set` and `create`; this one has both",
        ),
        ("- {from: in.a}", "error G0308 an action has one of `set` and `create`; this one has neither"),
        ("- {set: out.name, foreach: in.l}", "error G0308 `foreach` belongs to `create`"),
        ("- {create: out.list, value: 1}", "error G0308 `value` belongs to `set`"),
        ("- {set: 'out..name', value: 1}", "error G0308 `out..name` has an empty part"),
    ] {
        let findings = findings(action);
        assert!(findings.len() == 1 && findings[0].contains(expected), "{action}: {findings:?}");
    }
}

#[test]
fn inputs_and_outputs_are_checked() {
    let find = |map: &str| Setup::default().load(&document(&format!("execute:\n- map: {map}\n"))).findings();
    for (map, expected) in [
        ("{inputs: {a: {schema: {}}}, outputs: {}}", "needs the property `variable`"),
        ("{outputs: {a: {variable: request.path}}}", "`request.path` cannot be set"),
        (
            "{outputs: {a: {content: image/png}}}",
            "error G0308 the content `image/png` is neither JSON nor XML nor text",
        ),
        ("{outputs: {a: {schema: {$ref: '#/definitions/gone'}}}}", "`#/definitions/gone` points nowhere"),
        (
            "{outputs: {a: {}}, options: {mapReferenceLimit: 9}}",
            "error G0308 `mapReferenceLimit` is a number from 1 to 5",
        ),
    ] {
        let findings = find(map);
        assert!(findings.len() == 1 && findings[0].contains(expected), "{map}: {findings:?}");
    }
}
