//! Tags of CloudFormation.

/// The intrinsic functions of CloudFormation, which its YAML also writes as tags.
const FUNCTIONS: [&str; 12] = [
    "Sub",
    "GetAtt",
    "Join",
    "If",
    "ImportValue",
    "Select",
    "Split",
    "FindInMap",
    "Base64",
    "Cidr",
    "GetAZs",
    "Transform",
];

/// The key that a tag of CloudFormation is short for: `!Sub` for `Fn::Sub`. Other tags change nothing.
pub(super) fn function(name: &str) -> Option<String> {
    match name {
        "Ref" => Some("Ref".to_owned()),
        name if FUNCTIONS.contains(&name) => Some(format!("Fn::{name}")),
        _ => None,
    }
}
