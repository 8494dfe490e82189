//! Conditions, as `switch` has them.
//!
//! Most real conditions compare the verb, the path of the operation, a header or a variable with a constant. They are
//! [lowered](lowered::Lowered) to a small enum that is evaluated over the scope directly. The lowered form answers only where
//! it is sure to agree with JSONata; for the rest of the values (lists, objects, mixed types) and for all other expressions
//! the condition runs as [`Jsonata`].
//!
//! A condition that is not a boolean counts as `$boolean` of it, and as false where there is nothing.

mod compare;
mod javascript;
mod lower;
mod lowered;
#[cfg(test)]
mod tests;

use super::{ExpressionError, Jsonata, Reference, Resolver, Scope};

use lowered::{Here, Lowered};

/// A compiled condition.
#[derive(Debug, Clone)]
pub struct Condition {
    lowered: Option<Lowered>,
    jsonata: Jsonata,
}

impl Condition {
    /// Compiles a condition; `resolve` says what a name stands for.
    pub fn compile(text: &str, resolve: &mut Resolver<'_>) -> Result<Self, ExpressionError> {
        let jsonata = Jsonata::compile(text, resolve)?;
        let lowered = lower::lower(jsonata.ast(), resolve);
        Ok(Condition { lowered, jsonata })
    }

    /// A JavaScript condition that both languages answer alike and that needs no engine. `None` says that it needs one.
    pub fn from_javascript(text: &str, resolve: &mut Resolver<'_>) -> Option<Self> {
        let translated = javascript::translate(text)?;
        Condition::compile(&translated, resolve).ok().filter(Condition::is_lowered)
    }

    /// Whether it is true.
    pub fn test(&self, scope: &dyn Scope) -> Result<bool, ExpressionError> {
        match self.lowered.as_ref().map(|lowered| lowered.test(Here { scope, item: None })) {
            Some(Ok(answer)) => Ok(answer.unwrap_or(false)),
            Some(Err(compare::Unsure)) | None => self.jsonata.test(scope),
        }
    }

    /// The variables it reads. When it [reads everything](Self::reads_everything), there are others.
    pub fn references(&self) -> Vec<&Reference> {
        self.jsonata.references()
    }

    /// Whether it is a small enum and needs JSONata only for unusual values.
    pub fn is_lowered(&self) -> bool {
        self.lowered.is_some()
    }

    /// Whether it may read any variable.
    pub fn reads_everything(&self) -> bool {
        self.jsonata.reads_everything()
    }

    /// Hints: expressions that are valid JSONata and probably not what their author meant. Sentences for warnings, with their
    /// places.
    pub fn hints(&self) -> &[ExpressionError] {
        self.jsonata.hints()
    }

    /// Places where data decides how large a result is: sentences for warnings.
    pub fn sizes(&self) -> &[ExpressionError] {
        self.jsonata.sizes()
    }

    /// The answer of the conditions `true` and `false`, which no request changes.
    pub fn constant(&self) -> Option<bool> {
        match &self.lowered {
            Some(Lowered::Constant(answer)) => Some(*answer),
            _ => None,
        }
    }
}
