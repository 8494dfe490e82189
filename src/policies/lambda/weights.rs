//! `qualifier`: one version or alias, or several of which each call picks one.

use crate::aws::function::Qualifier;
use crate::base::{Diagnostic, Reported, codes};
use crate::expression::Fixed;
use crate::policy::Compiler;

use super::config::Config;
use super::short_forms::Qualifiers;
use crate::policy::kit::lambda_client::bad_function;

/// How often each of several is picked, in proportion to the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Weights {
    /// Running totals: the numbers below the first pick the first, and so on.
    ends: Box<[u64]>,
}

impl Default for Weights {
    /// One, always picked.
    fn default() -> Self {
        Weights { ends: [1].into() }
    }
}

impl Weights {
    /// Weights of which at least one is not zero.
    fn new(weights: impl IntoIterator<Item = u32>) -> Option<Self> {
        let totals = weights.into_iter().scan(0, |total, weight| {
            *total += u64::from(weight);
            Some(*total)
        });
        let ends: Box<[u64]> = totals.collect();
        (ends.last().is_some_and(|total| *total > 0)).then_some(Weights { ends })
    }

    /// The position of one of them, by chance.
    pub(super) fn pick(&self, fixed: Fixed) -> usize {
        match *self.ends {
            [_] => 0,
            _ => self.at(fixed.generator().u64(0..self.total())),
        }
    }

    fn total(&self) -> u64 {
        self.ends.last().copied().unwrap_or(1)
    }

    /// The one that this number below the total stands for.
    fn at(&self, number: u64) -> usize {
        self.ends.partition_point(|end| *end <= number)
    }
}

/// The qualifiers with their weights. `suffix` is that of the function, where the function can be read.
pub(super) fn compile(
    config: &Config,
    suffix: Result<Option<&Qualifier>, Reported>,
    compiler: &mut Compiler<'_, '_>,
) -> Result<(Vec<Option<Qualifier>>, Weights), Reported> {
    match &config.qualifier {
        None => Ok((vec![None], Weights::default())),
        Some(Qualifiers::One(text)) => one(text, suffix, compiler).map(|one| (vec![one], Weights::default())),
        Some(Qualifiers::Weighted(weights)) => {
            let mark = compiler.findings.mark();
            let mut all = Vec::new();
            for name in weights.keys() {
                match Qualifier::parse(name) {
                    Ok(qualifier) => all.push(Some(qualifier)),
                    Err(error) => {
                        let span = compiler.node("/qualifier").and_then(|map| map.entry(name));
                        let span = span.map_or(compiler.span("/qualifier"), |entry| entry.key.span);
                        let finding = Diagnostic::error(codes::BAD_FUNCTION, span, error.to_string());
                        compiler.findings.push(finding.help(error.help()));
                    }
                }
            }
            if let Ok(Some(suffix)) = suffix {
                return Err(conflict(suffix, "several versions", compiler));
            }
            let Some(weights) = Weights::new(weights.values().copied()) else {
                let message = "every weight is 0, so nothing could be picked";
                return Err(compiler.error(codes::BAD_VALUE, "/qualifier", message));
            };
            compiler.findings.errors_since(mark).map(|()| (all, weights))
        }
    }
}

/// One qualifier; `None` means that the function says it all.
fn one(
    text: &str,
    suffix: Result<Option<&Qualifier>, Reported>,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Option<Qualifier>, Reported> {
    let text = compiler.constant("/qualifier", text)?;
    let qualifier = match Qualifier::parse(&text) {
        Ok(qualifier) => qualifier,
        Err(error) => return Err(bad_function("/qualifier", &error, compiler)),
    };
    match suffix? {
        Some(suffix) if *suffix != qualifier => Err(conflict(suffix, &format!("`{text}`"), compiler)),
        Some(_) => Ok(None),
        None => Ok(Some(qualifier)),
    }
}

fn conflict(suffix: &Qualifier, other: &str, compiler: &mut Compiler<'_, '_>) -> Reported {
    let message = format!("the function ends in `:{}`, but `qualifier` is {other}", suffix.as_str());
    compiler.error_with_help(codes::QUALIFIER_CONFLICT, "/qualifier", message, "remove one of the two")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_picks_in_proportion_to_the_weights() {
        for weights in [&[95, 5][..], &[1], &[0, 3], &[2, 0, 1], &[5, 0]] {
            let all = Weights::new(weights.iter().copied()).unwrap();
            let mut counted = vec![0; weights.len()];
            (0..all.total()).for_each(|number| counted[all.at(number)] += 1);
            assert_eq!(counted, weights);
        }
        assert_eq!(Weights::new([0, 0]), None);
        assert_eq!(Weights::new([]), None);
    }

    #[test]
    fn what_weighs_nothing_is_never_picked() {
        let all = Weights::new([0, 1, 0]).unwrap();
        assert!((0..100).all(|_| all.pick(Fixed::default()) == 1));
        assert_eq!(Weights::default().pick(Fixed::default()), 0);
    }
}
