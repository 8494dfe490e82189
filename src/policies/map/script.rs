//! The scripts of a map: checked one by one at load, run together.

use super::plan::Scripts;
use crate::base::{Diagnostic, Reported, codes};
use crate::expression::{Reference, Root};
use crate::policy::Compiler;
use crate::script::{Dialect, Map, Reach, Script, returns};

/// The variable by which calls go to the engine and results come back. Nobody writes a name like this.
const CALLS: &str = "\u{f8ff}map";

/// A script as it is written, with `$bound[0]` and so on for what it reads.
pub(super) struct Program {
    pub pointer: String,
    pub text: String,
}

/// The variable that holds the calls, and then their results.
pub(super) fn calls() -> Reference {
    Reference::new(Root::Named(CALLS.into()), Vec::new())
}

/// One script that runs them all. Each is a function of its own, so that none sees what another declares.
pub(super) fn compile(programs: &[Program], compiler: &mut Compiler<'_, '_>) -> Result<Scripts, Reported> {
    let mut functions = Vec::new();
    let mut failed = None;
    for program in programs {
        match body(&program.text) {
            Ok(body) => {
                functions.push(format!("[{}, new Function('$bound', {})]", quoted(&program.pointer), quoted(&body)))
            }
            Err(message) => {
                let span = compiler.span(&program.pointer);
                let message = format!("the script cannot be read: {message}");
                failed = Some(compiler.findings.push(Diagnostic::error(codes::BAD_SCRIPT, span, message)));
            }
        }
    }
    if let Some(reported) = failed {
        return Err(reported);
    }
    let (name, functions) = (quoted(CALLS), functions.join(",\n"));
    let text = format!(
        "const functions = [{functions}];\n\
         const run = ([number, ...values]) => {{\n\
           const [place, call] = functions[number];\n\
           try {{ const made = call(values.map((value) => value === null ? undefined : value)); \
             return made === undefined ? null : made; }}\n\
           catch (error) {{ throw new Error(place + ': ' + (error && error.message || error)); }}\n\
         }};\n\
         context.set({name}, (context.get({name}) || []).map(run));"
    );
    let map = Map::File { name: "map".into() };
    match Script::compile(&text, Dialect::GatewayScript, map, Vec::new(), Reach::default()) {
        Ok(script) => Ok(Scripts { engine: compiler.engine(), script: script.into() }),
        Err(mistake) => Err(compiler.error(
            codes::BAD_SCRIPT,
            "/actions",
            format!("the scripts cannot be read: {}", mistake.message),
        )),
    }
}

/// The body of a script's function: an expression, statements with a `return`, or statements whose last value counts.
fn body(text: &str) -> Result<String, String> {
    let parses =
        |code: &str| Script::compile(code, Dialect::V5, Map::File { name: "map".into() }, Vec::new(), Reach::default());
    if parses(&format!("return (\n{text}\n);")).is_ok() {
        return Ok(format!("return (\n{text}\n);"));
    }
    match parses(text) {
        Ok(_) if returns(text) => Ok(text.to_owned()),
        Ok(_) => Ok(format!("return eval({});", quoted(text))),
        Err(mistake) => Err(mistake.message),
    }
}

/// A text as JavaScript has it: like JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
