//! Properties of an API by their names in `$(…)`.

use super::split_path;
use crate::assembly::Property;
use crate::value::Value;

/// The value of `api.properties.x` or of `x`, where there is such a property. The error is one sentence for the author.
pub fn property_value(properties: &[Property], name: &str) -> Result<Option<Value>, String> {
    let segments = split_path(name)?;
    let parts: Vec<&str> = segments.iter().map(|segment| &**segment).collect();
    let (property, rest) = match parts.as_slice() {
        ["api", "properties", property, rest @ ..] | [property, rest @ ..] => (*property, rest),
        [] => return Ok(None),
    };
    let known = properties.iter().find(|known| &*known.name == property);
    Ok(known.map(|known| known.value.at(rest.iter().copied()).map(Value::from).unwrap_or_default()))
}
