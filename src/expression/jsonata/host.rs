//! IBM's extension functions inside an evaluation.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::JValue;

use super::documents::Found;
use super::functions::{Extension, query_values};
use crate::expression::Fixed;

/// The answers of `$storageType`, by the names of the messages.
pub(super) type StorageNames = Rc<[(Arc<str>, &'static str)]>;

/// Makes the functions known to an evaluator. They read the context, which holds what the analysis saw them need.
pub(super) fn register(
    evaluator: &mut Evaluator,
    extensions: &[Extension],
    context: &JValue,
    storage: &StorageNames,
    documents: &Rc<Found>,
) -> Result<(), EvaluatorError> {
    for extension in extensions.iter().copied() {
        if extension == Extension::Xpath {
            let documents = documents.clone();
            evaluator.register_fn(extension.name(), move |args: &[JValue]| {
                Ok(documents.answer(args)?.unwrap_or(JValue::Undefined))
            })?;
            continue;
        }
        let (context, storage) = (context.clone(), storage.clone());
        evaluator.register_fn(extension.name(), move |args: &[JValue]| {
            Ok(answer(extension, args, &context, &storage).unwrap_or(JValue::Undefined))
        })?;
    }
    Ok(())
}

/// Adds `$random`, which the library knows by name only, and `$shuffle` with the same random numbers.
pub(super) fn add_random(evaluator: &mut Evaluator, fixed: Fixed) -> Result<(), EvaluatorError> {
    let generator = Rc::new(RefCell::new(fixed.generator()));
    let numbers = generator.clone();
    evaluator.register_fn_override("random", move |_: &[JValue]| Ok(JValue::Number(numbers.borrow_mut().f64())))?;
    if fixed.random.is_none() {
        return Ok(());
    }
    evaluator.register_fn_override("shuffle", move |args: &[JValue]| {
        let mut items = args.first().and_then(JValue::as_array).map(|items| items.to_vec()).unwrap_or_default();
        generator.borrow_mut().shuffle(&mut items);
        Ok(JValue::array(items))
    })
}

/// The answer of a function; `None` is JSONata's nothing.
fn answer(extension: Extension, args: &[JValue], context: &JValue, storage: &StorageNames) -> Option<JValue> {
    let argument = args.first().and_then(JValue::as_str);
    let place = || extension.reads().iter().try_fold(context, |value, name| value.get(name));
    match extension {
        Extension::ApiCtx => Some(context.clone()),
        Extension::HttpVerb | Extension::OperationId | Extension::OperationPath | Extension::StatusCode => {
            place().cloned()
        }
        Extension::Header => {
            let (headers, name) = (place()?.as_object()?, argument?);
            let any_case =
                || headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value);
            headers.get(name).or_else(any_case).cloned()
        }
        Extension::UrlParameter => place()?.get(argument?).cloned(),
        Extension::QueryParameter => {
            let mut values: Vec<JValue> = query_values(place()?.as_str()?, argument?).map(JValue::from).collect();
            match values.len() {
                0 => None,
                1 => values.pop(),
                _ => Some(JValue::array(values)),
            }
        }
        Extension::StorageType => {
            let name = argument.unwrap_or("message");
            storage.iter().find(|(known, _)| **known == *name).map(|(_, storage)| JValue::from(*storage))
        }
        Extension::Xpath => None,
    }
}
