//! The choice of a call's function: one that is known at load, one of several by their weights, or one that the request names.

use std::sync::Arc;

use crate::aws::client::{InvocationType, LambdaClient};
use crate::aws::endpoint::EndpointError;
use crate::aws::function::{FunctionRef, Qualifier};
use crate::base::{Reported, codes};
use crate::expression::{Reference, Scope};
use crate::policy::Compiler;
use crate::policy::kit::lambda_client::{bad_function, local_name};
use crate::runtime::Fault;

use super::chosen::Chosen;
use super::config::Config;
use super::requested_function::{RequestedFunction, Wording};
use super::weights::Weights;

/// Chooses the function of each call.
pub(super) struct Select {
    weights: Weights,
    functions: Functions,
}

enum Functions {
    /// One for each qualifier.
    Fixed(Box<[Arc<Chosen>]>),
    Named(Box<RequestedFunction>),
}

/// The function as the step specifies it, before its address is known.
pub(super) struct Written {
    pub function: Result<Function, Reported>,
    /// The versions or aliases; one `None` where the function says it all.
    qualifiers: Result<(Vec<Option<Qualifier>>, Weights), Reported>,
}

/// A function as it is in the document.
pub(super) enum Function {
    Fixed(FunctionRef),
    Named(Wording),
}

impl Function {
    /// The region of an ARN.
    pub(super) fn region(&self) -> Option<&str> {
        self.known().region()
    }

    /// The function as it is known at load.
    fn known(&self) -> &FunctionRef {
        match self {
            Function::Fixed(function) => function,
            Function::Named(wording) => &wording.sample,
        }
    }
}

impl Written {
    pub(super) fn compile(config: &Config, compiler: &mut Compiler<'_, '_>) -> Self {
        let function = function(config, compiler);
        let suffix = function.as_ref().map(|function| function.known().qualifier()).map_err(|reported| *reported);
        let qualifiers = super::weights::compile(config, suffix, compiler);
        Written { function, qualifiers }
    }

    /// The calls to choose from. The embedded service knows functions by their names,
    /// whatever account and region they have at home.
    pub(super) fn select(
        self,
        client: &LambdaClient,
        kind: InvocationType,
        log_tail: bool,
        local: bool,
        compiler: &mut Compiler<'_, '_>,
    ) -> Result<Result<Select, EndpointError>, Reported> {
        let (qualifiers, weights) = self.qualifiers?;
        let functions = match self.function? {
            Function::Named(wording) => {
                Ok(Functions::Named(Box::new(RequestedFunction::new(wording, qualifiers, kind, log_tail, local))))
            }
            Function::Fixed(function) => {
                let home = if local { local_name(&function, compiler)? } else { function.clone() };
                let chosen = |qualifier: &Option<Qualifier>| {
                    let target = client.target(&home, qualifier.as_ref(), kind, log_tail)?;
                    Ok(Arc::new(Chosen::new(target, &function, qualifier.as_ref())))
                };
                let all: Result<Box<[_]>, EndpointError> = qualifiers.iter().map(chosen).collect();
                all.map(Functions::Fixed)
            }
        };
        Ok(functions.map(|functions| Select { weights, functions }))
    }
}

impl Select {
    /// The function of this call.
    pub(super) fn choose(&self, scope: &dyn Scope, client: &LambdaClient) -> Result<Arc<Chosen>, Fault> {
        let picked = self.weights.pick(scope.fixed());
        match &self.functions {
            Functions::Fixed(all) => Ok(all[picked].clone()),
            Functions::Named(named) => named.choose(scope, client, picked).map(Arc::new),
        }
    }

    /// A function that load knows, in one of its versions.
    pub(super) fn known(&self) -> Option<&Chosen> {
        match &self.functions {
            Functions::Fixed(all) => all.first().map(|chosen| &**chosen),
            Functions::Named(_) => None,
        }
    }

    pub(super) fn references(&self) -> Vec<&Reference> {
        match &self.functions {
            Functions::Fixed(_) => Vec::new(),
            Functions::Named(named) => named.references(),
        }
    }
}

fn function(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Function, Reported> {
    let allowed = super::requested_function::allowed(config, compiler)?;
    let template = compiler.template("/function", &config.function)?;
    let Some(text) = template.constant() else {
        return Wording::compile(&template, allowed, compiler).map(Function::Named);
    };
    let function = FunctionRef::parse(&text).map_err(|error| bad_function("/function", &error, compiler))?;
    if allowed.is_some_and(|allowed| !allowed.is_match(function.name())) {
        let message = format!("no pattern of `allowed-functions` matches `{}`", function.name());
        return Err(compiler.error(codes::BAD_FUNCTION, "/function", message));
    }
    Ok(Function::Fixed(function))
}
