//! Takes a function's name apart (Invoke API reference, `NamespacedFunctionName`).

use super::error::{FunctionNameError, FunctionNameProblem as Problem};
use super::{FunctionRef, Qualifier};
use crate::aws::endpoint::is_region;

/// A colon-separated part and where it begins.
type Part<'a> = (usize, &'a str);

impl FunctionRef {
    /// Reads `name`, `account:function:name` or `arn:partition:lambda:region:account:function:name`, each also with
    /// `:qualifier` at its end.
    pub fn parse(text: &str) -> Result<Self, FunctionNameError> {
        function(text)
    }
}

impl Qualifier {
    /// Checks a version number, an alias, `$LATEST` or `$LATEST.PUBLISHED` (1 to 128 characters).
    pub fn parse(text: &str) -> Result<Self, FunctionNameError> {
        qualifier(text, 0)
    }
}

fn function(text: &str) -> Result<FunctionRef, FunctionNameError> {
    if text.is_empty() {
        return Err(FunctionNameError::new(Problem::Empty, 0..0));
    }
    let parts = split(text);
    let mut found = match &parts[..] {
        [(_, "arn"), rest @ ..] => arn(rest, text.len()),
        [account, (_, "function"), rest @ ..] if !rest.is_empty() => {
            let found = name_and_qualifier(rest, text.len())?;
            Ok(FunctionRef { account: Some(check_account(*account)?), ..found })
        }
        rest => name_and_qualifier(rest, text.len()),
    }?;
    if text.len() > 256 {
        return Err(FunctionNameError::new(Problem::TooLong(text.len()), 256..text.len()));
    }
    found.text = text.to_owned();
    Ok(found)
}

fn qualifier(text: &str, start: usize) -> Result<Qualifier, FunctionNameError> {
    let error = |problem, at| Err(FunctionNameError::new(problem, at));
    if text.is_empty() {
        return error(Problem::EmptyQualifier, start..start);
    }
    if matches!(text, "$LATEST" | "$LATEST.PUBLISHED") {
        return Ok(Qualifier(text.to_owned()));
    }
    if let Some((at, wrong)) = text.char_indices().find(|(_, c)| !is_name_character(*c)) {
        return error(Problem::QualifierCharacter(wrong), start + at..start + at + wrong.len_utf8());
    }
    if text.len() > 128 {
        return error(Problem::QualifierTooLong(text.len()), start..start + text.len());
    }
    Ok(Qualifier(text.to_owned()))
}

/// Reads the parts after `arn:`.
fn arn(parts: &[Part<'_>], end: usize) -> Result<FunctionRef, FunctionNameError> {
    let part = |index: usize| parts.get(index).copied().ok_or(FunctionNameError::new(Problem::Incomplete, end..end));
    let checked = |index: usize, good: fn(&str) -> bool, problem: fn(String) -> Problem| {
        let (start, text) = part(index)?;
        if good(text) {
            Ok(text.to_owned())
        } else {
            Err(FunctionNameError::new(problem(text.to_owned()), start..start + text.len()))
        }
    };
    let partition = checked(0, is_partition, Problem::Partition)?;
    checked(1, |text| text == "lambda", Problem::Service)?;
    let region = checked(2, is_region, Problem::Region)?;
    let account = check_account(part(3)?)?;
    checked(4, |text| text == "function", Problem::Resource)?;
    part(5)?;
    let found = name_and_qualifier(parts.get(5..).unwrap_or_default(), end)?;
    Ok(FunctionRef { partition: Some(partition), region: Some(region), account: Some(account), ..found })
}

fn name_and_qualifier(parts: &[Part<'_>], end: usize) -> Result<FunctionRef, FunctionNameError> {
    let (name, suffix) = match parts {
        [name] => (*name, None),
        [name, suffix] => (*name, Some(*suffix)),
        [_, _, (start, _), ..] => return Err(FunctionNameError::new(Problem::TooManyParts, start - 1..end)),
        [] => return Err(FunctionNameError::new(Problem::Incomplete, end..end)),
    };
    Ok(FunctionRef {
        text: String::new(),
        partition: None,
        region: None,
        account: None,
        name: check_name(name)?,
        qualifier: suffix.map(|(start, text)| qualifier(text, start)).transpose()?,
    })
}

fn check_name((start, text): Part<'_>) -> Result<String, FunctionNameError> {
    let error = |problem, at| Err(FunctionNameError::new(problem, at));
    if text.is_empty() {
        return error(Problem::EmptyName, start..start);
    }
    if let Some((at, wrong)) = text.char_indices().find(|(_, c)| !is_name_character(*c)) {
        return error(Problem::NameCharacter(wrong), start + at..start + at + wrong.len_utf8());
    }
    if text.len() > 64 {
        return error(Problem::NameTooLong(text.len()), start..start + text.len());
    }
    Ok(text.to_owned())
}

fn check_account((start, text): Part<'_>) -> Result<String, FunctionNameError> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err(FunctionNameError::new(Problem::Account(text.to_owned()), start..start + text.len()))
    }
}

fn split(text: &str) -> Vec<Part<'_>> {
    let mut start = 0;
    text.split(':')
        .map(|part| {
            let here = start;
            start += part.len() + 1;
            (here, part)
        })
        .collect()
}

fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}

/// Known partitions, and the isolated ones, whose number grows.
fn is_partition(text: &str) -> bool {
    matches!(text, "aws" | "aws-cn" | "aws-us-gov" | "aws-eusc")
        || text
            .strip_prefix("aws-iso")
            .is_some_and(|rest| rest.is_empty() || matches!(rest.as_bytes(), [b'-', b'a'..=b'z']))
}
