//! The function, and the version of it, that a call names.

use percent_encoding::percent_decode_str;

use super::errors::Refusal;

/// The version name of the code that is being edited.
pub const LATEST: &str = "$LATEST";

/// The region and the account of the service: the parts that every ARN here shares.
#[derive(Debug, Clone)]
pub struct Home {
    pub region: String,
    pub account: String,
}

/// A function name and the qualifier asked for, taken from the path and the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub name: String,
    /// Version, alias or `$LATEST`; `None` when the caller gave none.
    pub qualifier: Option<String>,
}

impl Home {
    /// The ARN of a function, with the qualifier as the caller wrote it.
    pub fn arn(&self, address: &Address) -> String {
        let Home { region, account } = self;
        let name = &address.name;
        match &address.qualifier {
            Some(qualifier) => {
                format!("arn:aws:lambda:{region}:{account}:function:{name}:{qualifier}")
            }
            None => format!("arn:aws:lambda:{region}:{account}:function:{name}"),
        }
    }
}

impl Address {
    /// Reads the still percent-encoded `FunctionName` path segment and the `Qualifier` query value.
    ///
    /// Accepts the forms of `NamespacedFunctionName` in the Lambda service model: a name, a partial
    /// ARN (`ACCOUNT:function:NAME`) or a full ARN, each with an optional `:QUALIFIER`.
    pub fn parse(segment: &str, query: Option<&str>, home: &Home) -> Result<Address, Refusal> {
        let text = percent_decode_str(segment).decode_utf8_lossy();
        let invalid = || Refusal::invalid("functionName", &text, NAME_CONSTRAINT);
        let parts = Parts::split(&text).ok_or_else(invalid)?;
        let qualifier = match (parts.qualifier, qualifier_in(query)?) {
            (Some(suffix), Some(asked)) if suffix != asked => {
                return Err(Refusal::qualifiers_differ());
            }
            (Some(suffix), _) => Some(suffix.to_owned()),
            (None, asked) => asked,
        };
        let name = parts.name.to_owned();
        let address = Address { name, qualifier };
        match (parts.region, parts.account) {
            (Some(region), _) if region != home.region => Err(Refusal::other_region(region, &home.region)),
            (_, Some(account)) if account != home.account => {
                let account = account.to_owned();
                let region = home.region.clone();
                let elsewhere = Home { region, account };
                Err(Refusal::function_not_found(&elsewhere.arn(&address)))
            }
            _ => Ok(address),
        }
    }
}

const NAME_CONSTRAINT: &str = "regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";
const QUALIFIER_CONSTRAINT: &str = "regular expression pattern: \\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+";

/// The pieces of a `NamespacedFunctionName`.
struct Parts<'a> {
    region: Option<&'a str>,
    account: Option<&'a str>,
    name: &'a str,
    qualifier: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn split(text: &'a str) -> Option<Parts<'a>> {
        if text.len() > 256 {
            return None;
        }
        let mut pieces: Vec<&str> = text.split(':').collect();
        if let ["arn", partition, "lambda", ..] = pieces[..] {
            if !(partition.is_empty() || partition.starts_with("aws")) {
                return None;
            }
            pieces.drain(..3);
        }
        let mut rest = pieces.as_slice();
        let mut region = None;
        let mut account = None;
        if let [first, tail @ ..] = rest
            && !tail.is_empty()
            && is_region(first)
        {
            (region, rest) = (Some(*first), tail);
        }
        if let [first, tail @ ..] = rest
            && !tail.is_empty()
            && is_account(first)
        {
            (account, rest) = (Some(*first), tail);
        }
        if let ["function", tail @ ..] = rest
            && !tail.is_empty()
        {
            rest = tail;
        }
        let (name, qualifier) = match rest {
            [name] => (*name, None),
            [name, qualifier] => (*name, Some(*qualifier)),
            _ => return None,
        };
        let valid = is_name(name) && qualifier.is_none_or(is_qualifier);
        valid.then_some(Parts { region, account, name, qualifier })
    }
}

fn qualifier_in(query: Option<&str>) -> Result<Option<String>, Refusal> {
    let pairs = query.unwrap_or_default().split('&');
    let Some(value) = pairs.filter_map(|pair| pair.strip_prefix("Qualifier=")).next() else {
        return Ok(None);
    };
    let value = percent_decode_str(value).decode_utf8_lossy().into_owned();
    if !is_qualifier(&value) || value.len() > 128 {
        return Err(Refusal::invalid("qualifier", &value, QUALIFIER_CONSTRAINT));
    }
    Ok(Some(value))
}

fn is_region(text: &str) -> bool {
    let mut words = text.rsplit('-');
    let number = words.next().unwrap_or_default();
    let digit = number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit());
    let words: Vec<&str> = words.collect();
    let lower = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    digit && (2..=4).contains(&words.len()) && words.iter().all(lower)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_word(text: &str, extra: &[u8]) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || extra.contains(&byte);
    !text.is_empty() && text.bytes().all(allowed)
}

/// A function name on its own: at most 64 characters.
pub fn is_name(text: &str) -> bool {
    text.len() <= 64 && is_word(text, b"-_.")
}

/// A version or alias name, or `$LATEST`.
pub fn is_qualifier(text: &str) -> bool {
    text == "$LATEST" || is_word(text, b"-_")
}
