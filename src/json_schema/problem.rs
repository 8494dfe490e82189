//! The problems of a value: messages name what was expected and never show the value.

use std::fmt;

use serde_json::Value;

use super::node::Types;

/// Values of an `enum` that a message lists.
const MOST_VALUES: usize = 3;
/// Names that a message lists.
const MOST_NAMES: usize = 10;
/// Characters of a name of a client that a message shows.
const NAME_LENGTH: usize = 80;

/// One thing that is wrong.
#[derive(Debug)]
pub struct Problem<'s> {
    /// A JSON pointer to the value; empty for the whole.
    pub at: String,
    /// A JSON pointer to the schema that it does not fit.
    pub schema: &'s str,
    pub kind: Kind<'s>,
}

/// The demand that a value does not meet.
#[derive(Debug)]
pub enum Kind<'s> {
    /// The schema is `false`.
    Never,
    Type(Types),
    Const(&'s Value),
    Enum(&'s Value),
    Minimum {
        limit: &'s str,
        exclusive: bool,
    },
    Maximum {
        limit: &'s str,
        exclusive: bool,
    },
    MultipleOf(&'s str),
    MinLength(u64),
    MaxLength(u64),
    Pattern(&'s str),
    Format(&'static str),
    Encoding(&'s str),
    Media(&'s str),
    MinItems(u64),
    MaxItems(u64),
    Twice,
    /// Items after the last one that is allowed.
    MoreItems(usize),
    TooFewContained,
    TooManyContained,
    MinProperties(u64),
    MaxProperties(u64),
    /// A member that is missing.
    Required(&'s str),
    /// Members that are not allowed.
    Additional(Vec<String>),
    /// Members that no schema looked at.
    Unevaluated(Vec<String>),
    /// It is none of the alternatives; the keyword.
    NoBranch(&'static str),
    /// It is several of those of which it must be one.
    ManyBranches,
    /// The member that names an alternative names none that there is.
    Discriminator(&'s str),
    /// It fits a schema that it must not fit.
    Not(&'s str),
    /// That it does not fit is certain; finding out where took too many steps.
    Unexplained,
}

impl fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Never => f.write_str("False schema does not allow value"),
            Kind::Type(types) => write_types(f, *types),
            Kind::Const(value) => write!(f, "{value} was expected"),
            Kind::Enum(values) => write_values(f, values),
            Kind::Minimum { .. } | Kind::Maximum { .. } | Kind::MultipleOf(_) => self.write_number(f),
            Kind::MinLength(_) | Kind::MaxLength(_) | Kind::MinItems(_) | Kind::MaxItems(_) => self.write_size(f),
            Kind::MinProperties(_) | Kind::MaxProperties(_) => self.write_size(f),
            Kind::Pattern(pattern) => write!(f, "value does not match \"{pattern}\""),
            Kind::Format(format) => write!(f, "value is not a \"{format}\""),
            Kind::Encoding(name) => write!(f, "value is not compliant with \"{name}\" content encoding"),
            Kind::Media(name) => write!(f, "value is not compliant with \"{name}\" media type"),
            Kind::Twice => f.write_str("value has non-unique elements"),
            Kind::MoreItems(count) => {
                write!(f, "Additional items are not allowed ({count} item{})", plural(*count as u64))
            }
            Kind::TooFewContained => f.write_str("value has too few items that fit the schema under 'contains'"),
            Kind::TooManyContained => f.write_str("value has too many items that fit the schema under 'contains'"),
            Kind::Required(name) => write!(f, "{} is a required property", Value::from(*name)),
            Kind::Additional(names) => write_unexpected(f, "Additional", names),
            Kind::Unevaluated(names) => write_unexpected(f, "Unevaluated", names),
            Kind::NoBranch(keyword) => {
                write!(f, "value is not valid under any of the schemas listed in the '{keyword}' keyword")
            }
            Kind::ManyBranches => {
                f.write_str("value is valid under more than one of the schemas listed in the 'oneOf' keyword")
            }
            Kind::Discriminator(name) => {
                write!(f, "{} names none of the schemas that there are", Value::from(*name))
            }
            Kind::Unexplained => f.write_str("value does not fit, and where takes too many steps to find out"),
            Kind::Not(schema) => write!(f, "{schema} is not allowed for value"),
        }
    }
}

impl Kind<'_> {
    fn write_number(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Minimum { limit, exclusive: false } => write!(f, "value is less than the minimum of {limit}"),
            Kind::Minimum { limit, .. } => write!(f, "value is less than or equal to the minimum of {limit}"),
            Kind::Maximum { limit, exclusive: false } => write!(f, "value is greater than the maximum of {limit}"),
            Kind::Maximum { limit, .. } => write!(f, "value is greater than or equal to the maximum of {limit}"),
            Kind::MultipleOf(divisor) => write!(f, "value is not a multiple of {divisor}"),
            _ => Ok(()),
        }
    }

    fn write_size(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::MinLength(size) => write!(f, "value is shorter than {size} character{}", plural(*size)),
            Kind::MaxLength(size) => write!(f, "value is longer than {size} character{}", plural(*size)),
            Kind::MinItems(size) => write!(f, "value has less than {size} item{}", plural(*size)),
            Kind::MaxItems(size) => write!(f, "value has more than {size} item{}", plural(*size)),
            Kind::MinProperties(1) => f.write_str("value has less than 1 property"),
            Kind::MinProperties(size) => write!(f, "value has less than {size} properties"),
            Kind::MaxProperties(1) => f.write_str("value has more than 1 property"),
            Kind::MaxProperties(size) => write!(f, "value has more than {size} properties"),
            _ => Ok(()),
        }
    }
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn write_types(f: &mut fmt::Formatter<'_>, types: Types) -> fmt::Result {
    let names: Vec<String> = types.names().map(|name| format!("\"{name}\"")).collect();
    let of = if names.len() == 1 { "type" } else { "types" };
    write!(f, "value is not of {of} {}", names.join(", "))
}

fn write_values(f: &mut fmt::Formatter<'_>, values: &Value) -> fmt::Result {
    let values: Vec<String> = values.as_array().into_iter().flatten().map(Value::to_string).collect();
    f.write_str("value is not one of ")?;
    match values.as_slice() {
        all if all.len() > MOST_VALUES => {
            let (shown, others) = all.split_at(MOST_VALUES - 1);
            write!(f, "{} or {} other candidates", shown.join(", "), others.len())
        }
        [first @ .., last] if !first.is_empty() => write!(f, "{} or {last}", first.join(", ")),
        all => f.write_str(&all.join(", ")),
    }
}

fn write_unexpected(f: &mut fmt::Formatter<'_>, which: &str, names: &[String]) -> fmt::Result {
    let shown = names.iter().take(MOST_NAMES).map(|name| format!("'{}'", shortened(name)));
    let more = if names.len() > MOST_NAMES { " and others" } else { "" };
    let were = if names.len() == 1 { "was" } else { "were" };
    let shown = shown.collect::<Vec<_>>().join(", ");
    write!(f, "{which} properties are not allowed ({shown}{more} {were} unexpected)")
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(NAME_LENGTH) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}
