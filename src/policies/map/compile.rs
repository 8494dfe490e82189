//! From the configuration to a plan.

use super::config::{self, Config, Names, Scalar};
use super::names::{self, Level, PortPath};
use super::plan::{Action, Compute, Input, Output, Plan, Read, Source, Target};
use super::ports::{Options, input, options, output};
use super::schema::Reader;
use super::script::{self, Program};
use super::values::{self, Written};
use crate::base::{Reported, codes, did_you_mean, nearest, quoted_list};
use crate::expression::{Builtin, Reference, Root, Template};
use crate::policy::Compiler;

/// Compiles a map.
pub(super) fn plan(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Plan, Reported> {
    let options = options(&config.options, compiler)?;
    let references = compiler.shared.api.references.clone();
    let mut reader = Reader::new(&references, usize::from(options.repeats));
    let inputs: Vec<Result<Input, Reported>> =
        config.inputs.iter().map(|(name, port)| input(name, port, &mut reader, compiler)).collect();
    let outputs: Vec<Result<Output, Reported>> =
        config.outputs.iter().map(|(name, port)| output(name, port, &mut reader, compiler)).collect();
    let inputs = inputs.into_iter().collect::<Result<Vec<Input>, Reported>>()?;
    let mut outputs = outputs.into_iter().collect::<Result<Vec<Output>, Reported>>()?;
    // Another output may set the Content-Type itself.
    let is_content_type = |output: &Output| matches!(&*output.reference.path, [headers, name] if &**headers == "headers" && name.eq_ignore_ascii_case("content-type"));
    let set: Vec<Root> =
        outputs.iter().filter(|output| is_content_type(output)).map(|output| output.reference.root.clone()).collect();
    for output in outputs.iter_mut().filter(|output| set.contains(&output.reference.root)) {
        output.content_type = None;
    }
    let mut actions =
        Actions { compiler, inputs, outputs, levels: Vec::new(), programs: Vec::new(), options, failed: None };
    let written: Vec<config::Action> = config.actions.into_iter().map(config::Action::from).collect();
    let list = actions.list("/actions", &written);
    let Actions { inputs, outputs, programs, failed, compiler, .. } = actions;
    if let Some(reported) = failed {
        return Err(reported);
    }
    let scripts = if programs.is_empty() { None } else { Some(script::compile(&programs, compiler)?) };
    let limits = config.parse_settings_reference.as_ref();
    let limits = match limits {
        Some(reference) => Some(compiler.parse_limits("/parse-settings-reference", reference)?),
        None => None,
    };
    let Options { reading, writing, .. } = options;
    let step = compiler.info();
    Ok(Plan { inputs, outputs, actions: list, reading, writing, scripts, limits, step })
}

struct Actions<'c, 'a, 'p> {
    compiler: &'c mut Compiler<'a, 'p>,
    inputs: Vec<Input>,
    outputs: Vec<Output>,
    levels: Vec<Level>,
    programs: Vec<Program>,
    options: Options,
    /// An action could not be compiled.
    failed: Option<Reported>,
}

impl Actions<'_, '_, '_> {
    fn list(&mut self, at: &str, actions: &[config::Action]) -> Vec<Action> {
        let mut list = Vec::new();
        for (index, action) in actions.iter().enumerate() {
            let at = format!("{at}/{index}");
            let made = match (&action.set, &action.create) {
                (Some(set), None) => self.set(&at, set, action),
                (None, Some(create)) => self.create(&at, create, action),
                (set, _) => {
                    let has = if set.is_some() { "both" } else { "neither" };
                    let help = "write every action as an item of its own, with `- `";
                    let message = format!("an action has one of `set` and `create`; this one has {has}");
                    Err(self.compiler.error_with_help(codes::BAD_VALUE, &at, message, help))
                }
            };
            match made {
                Ok(action) => list.push(action),
                Err(reported) => self.failed = Some(reported),
            }
        }
        list
    }

    fn set(&mut self, at: &str, set: &str, action: &config::Action) -> Result<Action, Reported> {
        for (name, there) in [("foreach", action.foreach.is_some()), ("actions", !action.actions.is_empty())] {
            if there {
                let message = format!("`{name}` belongs to `create`, and this action has `set`");
                let pointer = format!("{at}/{name}");
                return Err(self.compiler.error_with_help(codes::BAD_VALUE, &pointer, message, "write `create`"));
            }
        }
        let (target, _) = self.target(&format!("{at}/set"), set)?;
        let source = self.source(at, action)?;
        Ok(Action::Set { target, source })
    }

    fn create(&mut self, at: &str, create: &str, action: &config::Action) -> Result<Action, Reported> {
        for (name, there) in [("value", action.value.is_some()), ("default", action.default.is_some())] {
            if there {
                let message = format!("`{name}` belongs to `set`, and this action has `create`");
                let help = "write it in a `set` below `actions`";
                return Err(self.compiler.error_with_help(codes::BAD_VALUE, &format!("{at}/{name}"), message, help));
            }
        }
        let (target, into) = self.target(&format!("{at}/create"), create)?;
        let first = |names: &Names| match names {
            Names::One(name) => Some(name.clone()),
            Names::Many(names) => names.first().cloned(),
        };
        let over = match (&action.foreach, &action.from) {
            (Some(foreach), _) => Some(self.read(&format!("{at}/foreach"), foreach)?),
            (None, Some(from)) => match first(from) {
                Some(name) => Some(self.read(&format!("{at}/from"), &name)?),
                None => None,
            },
            (None, None) => None,
        };
        let taken = over.as_ref().and_then(|over| match over {
            Read::Input { input, below, .. } => Some((*input, below.to_vec())),
            Read::Variable(_) => None,
        });
        self.levels.push(Level { over: taken, into });
        let actions = self.list(&format!("{at}/actions"), &action.actions);
        self.levels.pop();
        Ok(Action::Create { target, over, actions })
    }

    fn target(&mut self, pointer: &str, name: &str) -> Result<(Target, Option<PortPath>), Reported> {
        match names::target(name, &self.outputs, &self.levels) {
            Ok(found) => {
                if let Some((member, known)) = found.stranger {
                    let near = nearest(&member, known.iter().map(String::as_str));
                    let help = match (near.is_empty(), known.is_empty()) {
                        (false, _) => did_you_mean(&near),
                        (true, false) => format!("its members are {}", quoted_list(&known)).into(),
                        (true, true) => "it has no members".into(),
                    };
                    let message = format!("the schema of the output has no `{member}`; it is set all the same");
                    self.compiler.warning(codes::BAD_VALUE, pointer, message, help);
                }
                Ok((found.target, found.whole))
            }
            Err(message) => Err(self.compiler.error(codes::BAD_VALUE, pointer, message)),
        }
    }

    /// A place in an input.
    fn read(&mut self, pointer: &str, name: &str) -> Result<Read, Reported> {
        let plain = name.trim().strip_prefix("$(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(name);
        match names::read(plain, &self.inputs, &self.levels) {
            Ok(Some(read)) => Ok(read),
            Ok(None) => {
                let known: Vec<&str> = self.inputs.iter().map(|input| &*input.name).collect();
                let first = plain.split(['.', '[']).next().unwrap_or_default();
                let near = nearest(first, known.iter().copied());
                let help = match near.is_empty() {
                    true => format!("the inputs are {}", quoted_list(&known)).into(),
                    false => did_you_mean(&near),
                };
                let message = format!("there is no input `{first}`");
                Err(self.compiler.error_with_help(codes::BAD_VALUE, pointer, message, help))
            }
            Err(message) => Err(self.compiler.error(codes::BAD_VALUE, pointer, message)),
        }
    }

    fn source(&mut self, at: &str, action: &config::Action) -> Result<Source, Reported> {
        let names = match &action.from {
            None => Vec::new(),
            Some(Names::One(name)) => vec![name.clone()],
            Some(Names::Many(names)) => names.clone(),
        };
        let pointer = format!("{at}/from");
        let mut from = Vec::new();
        for name in names.iter().filter(|name| !name.trim().is_empty()) {
            from.push(self.read(&pointer, name)?);
        }
        let compute = match &action.value {
            // An editor leaves an empty `value` behind.
            Some(Scalar::Text(text)) if text.trim().is_empty() => Compute::Copy(from),
            Some(value) => self.value(at, value, from)?,
            None if from.is_empty() => Compute::Nothing,
            None => Compute::Copy(from),
        };
        let default = match &action.default {
            Some(default) => Some(self.default(&format!("{at}/default"), default)?),
            None => None,
        };
        Ok(Source { compute, default })
    }

    fn default(&mut self, pointer: &str, default: &Scalar) -> Result<Template, Reported> {
        match default {
            Scalar::Flag(flag) => Ok(Template::Constant((*flag).into())),
            Scalar::Number(number) => Ok(Template::Constant(number.into())),
            Scalar::Text(text) if self.options.resolve => self.compiler.template(pointer, text),
            Scalar::Text(text) => Ok(Template::Constant(text.as_str().into())),
        }
    }

    fn value(&mut self, at: &str, value: &Scalar, from: Vec<Read>) -> Result<Compute, Reported> {
        let pointer = format!("{at}/value");
        let written = match values::read(value) {
            Ok(written) => written,
            Err(message) => return Err(self.compiler.error(codes::BAD_SCRIPT, &pointer, message)),
        };
        match written {
            Written::Constant(value) => Ok(Compute::Constant(value)),
            Written::Reference(name) => Ok(Compute::Copy(vec![self.argument(&pointer, &name)?])),
            Written::Program { text, references } => {
                let mut arguments = Vec::new();
                for name in &references {
                    arguments.push(self.argument(&pointer, name)?);
                }
                // The values of `from` and the arguments together decide whether there is anything to compute.
                arguments.extend(from);
                self.programs.push(Program { pointer, text });
                Ok(Compute::Script { number: self.programs.len() - 1, arguments })
            }
        }
    }

    /// `$(…)` of a script: a place in an input or, where no input has the name, a variable.
    fn argument(&mut self, pointer: &str, name: &str) -> Result<Read, Reported> {
        let first = name.split(['.', '[']).next().unwrap_or_default().trim();
        let known = self.inputs.iter().any(|input| &*input.name == first);
        let variable = Builtin::named(first).is_some()
            || self.compiler.names.properties.iter().any(|property| &*property.name == first);
        if known || (!variable && !self.levels.is_empty()) || first == "$item" {
            return self.read(pointer, name);
        }
        if !variable && self.levels.is_empty() && !self.inputs.is_empty() {
            // Most likely a mistyped input; a variable of the assembly is an input too, and should be one.
            let inputs: Vec<&str> = self.inputs.iter().map(|input| &*input.name).collect();
            if !nearest(first, inputs).is_empty() {
                return self.read(pointer, name);
            }
        }
        let reference = self.compiler.read_variable(pointer, name)?;
        Ok(Read::Variable(reference))
    }
}

/// The variables that a plan reads.
pub(super) fn reads(plan: &Plan) -> Vec<Reference> {
    let mut reads: Vec<Reference> = plan.inputs.iter().map(|input| input.reference.clone()).collect();
    // A value that is set below a body keeps the rest of it.
    let below = |output: &&Output| output.reference.path.len() > 1 && &*output.reference.path[0] == "body";
    reads.extend(plan.outputs.iter().filter(below).map(|output| output.reference.clone()));
    collect(&plan.actions, &mut reads);
    reads
}

fn collect(actions: &[Action], reads: &mut Vec<Reference>) {
    let mut variable = |read: &Read| {
        if let Read::Variable(reference) = read {
            reads.push(reference.clone());
        }
    };
    for action in actions {
        match action {
            Action::Set { source, .. } => {
                match &source.compute {
                    Compute::Copy(list) | Compute::Script { arguments: list, .. } => {
                        list.iter().for_each(&mut variable)
                    }
                    Compute::Constant(_) | Compute::Nothing => {}
                }
                if let Some(default) = &source.default {
                    default.references().into_iter().for_each(|reference| variable(&Read::Variable(reference.clone())));
                }
            }
            Action::Create { over, .. } => over.iter().for_each(&mut variable),
        }
    }
    for action in actions {
        if let Action::Create { actions, .. } = action {
            collect(actions, reads);
        }
    }
}
