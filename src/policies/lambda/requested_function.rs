//! A function whose name the request decides.

use http::StatusCode;
use regex::Regex;

use crate::aws::client::{InvocationType, LambdaClient};
use crate::aws::function::{FunctionRef, Qualifier};
use crate::base::{Reported, codes};
use crate::expression::{Part, Reference, Scope, Template};
use crate::policy::Compiler;
use crate::runtime::{Fault, FaultSource, kinds};

use crate::policy::kit::lambda_client::bad_function;

use super::chosen::Chosen;
use super::config::Config;

/// A letter that stands for the name while the rest is read.
const STAND_IN: &str = "x";

/// A function of which load knows everything but the bare name.
pub(super) struct Wording {
    name: Template,
    /// The text before the name: empty, or the beginning of an ARN.
    before: String,
    /// The text after it: empty, or a suffix.
    after: String,
    allowed: Regex,
    /// The function as it is with the stand-in.
    pub sample: FunctionRef,
}

/// A function that each call names.
pub(super) struct RequestedFunction {
    wording: Wording,
    qualifiers: Vec<Option<Qualifier>>,
    kind: InvocationType,
    log_tail: bool,
}

impl Wording {
    /// Only the bare name may come at run time, or a part of it.
    pub(super) fn compile(
        template: &Template,
        allowed: Option<Regex>,
        compiler: &mut Compiler<'_, '_>,
    ) -> Result<Self, Reported> {
        let Some(allowed) = allowed else {
            let message = "which function runs is only known at run time, so a client could choose it";
            let help = "say which names it may become, as in `allowed-functions: [orders-*]`";
            return Err(compiler.error_with_help(codes::BAD_FUNCTION, "/function", message, help));
        };
        let mut parts = match template {
            Template::Mixed(parts) => parts.to_vec(),
            Template::Reference(reference) => vec![Part::Reference(reference.clone())],
            Template::Constant(_) => Vec::new(),
        };
        let (mut before, mut after) = (String::new(), String::new());
        if let Some(Part::Text(first)) = parts.first()
            && let Some((arn, name)) = first.rsplit_once(':')
        {
            before = format!("{arn}:");
            parts[0] = Part::Text(name.into());
        }
        if let Some(Part::Text(last)) = parts.last()
            && let Some((name, suffix)) = last.split_once(':')
        {
            after = format!(":{suffix}");
            let name = name.into();
            parts.pop();
            parts.push(Part::Text(name));
        }
        let sample = match FunctionRef::parse(&format!("{before}{STAND_IN}{after}")) {
            Ok(sample) => sample,
            Err(error) => return Err(bad_function("/function", &error, compiler)),
        };
        let elsewhere = |part: &Part| matches!(part, Part::Text(text) if text.contains(':'));
        if sample.name() != STAND_IN || parts.iter().any(elsewhere) {
            let message = "only the name of the function may come at run time";
            let help = "write account, region and qualifier as they are, or take them from properties of the API";
            return Err(compiler.error_with_help(codes::BAD_FUNCTION, "/function", message, help));
        }
        Ok(Wording { name: Template::Mixed(parts.into()), before, after, allowed, sample })
    }
}

impl RequestedFunction {
    pub(super) fn new(
        wording: Wording,
        qualifiers: Vec<Option<Qualifier>>,
        kind: InvocationType,
        log_tail: bool,
        local: bool,
    ) -> Self {
        let before = if local { String::new() } else { wording.before };
        RequestedFunction { wording: Wording { before, ..wording }, qualifiers, kind, log_tail }
    }

    /// The function that this request names, if it may.
    pub(super) fn choose(&self, scope: &dyn Scope, client: &LambdaClient, picked: usize) -> Result<Chosen, Fault> {
        let Wording { before, after, allowed, .. } = &self.wording;
        let name = self.wording.name.text(scope);
        if !allowed.is_match(&name) {
            return Err(refused(&name));
        }
        let function = FunctionRef::parse(&format!("{before}{name}{after}")).map_err(|_| refused(&name))?;
        let qualifier = self.qualifiers[picked].as_ref();
        let target = client.target(&function, qualifier, self.kind, self.log_tail).map_err(|_| refused(&name))?;
        Ok(Chosen::new(target, &function, qualifier))
    }

    pub(super) fn references(&self) -> Vec<&Reference> {
        self.wording.name.references()
    }
}

/// To the client such a function does not exist.
fn refused(name: &str) -> Fault {
    let message = "the request names a function that may not be called";
    let shown: String = name.chars().take(80).collect();
    Fault::new(&kinds::PROPERTY, FaultSource::Client, message)
        .with_status(StatusCode::NOT_FOUND)
        .with_detail("function", shown)
}

/// The patterns of `allowed-functions` as one expression.
pub(super) fn allowed(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Option<Regex>, Reported> {
    let Some(patterns) = &config.allowed_functions else { return Ok(None) };
    let mark = compiler.findings.mark();
    for (index, pattern) in patterns.iter().enumerate() {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '*');
        let (message, help) = if pattern.is_empty() || !pattern.chars().all(fits) {
            let help = "a pattern is a bare name in which `*` may stand for a part, such as `orders-*`";
            (format!("`{pattern}` is no pattern for the name of a function"), help)
        } else if pattern.chars().all(|letter| letter == '*') {
            let help = "name the functions, such as `orders-*`";
            (format!("`{pattern}` allows every function that the credentials may call"), help)
        } else {
            continue;
        };
        compiler.error_with_help(codes::BAD_FUNCTION, &format!("/allowed-functions/{index}"), message, help);
    }
    if patterns.is_empty() {
        let message = "`allowed-functions` is empty, so nothing could be called";
        return Err(compiler.error(codes::BAD_FUNCTION, "/allowed-functions", message));
    }
    let all: Vec<String> = patterns.iter().map(|pattern| pattern.replace('*', "[A-Za-z0-9_-]*")).collect();
    match Regex::new(&format!("^(?:{})$", all.join("|"))) {
        Ok(allowed) => compiler.findings.errors_since(mark).map(|()| Some(allowed)),
        Err(error) => {
            compiler.findings.errors_since(mark)?;
            Err(compiler.error(codes::BAD_FUNCTION, "/allowed-functions", error.to_string()))
        }
    }
}
