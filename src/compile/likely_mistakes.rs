//! Names that are most likely typing mistakes, found once all steps of an assembly are compiled.

use crate::assembly::{Assembly, Carrier, Faults};
use crate::base::{Diagnostic, Findings, Generation, codes, did_you_mean, nearest, quoted_list};
use crate::expression::{Reference, Root, Variable};
use crate::openapi::Api;
use crate::policy::{Names, Unknown};
use crate::runtime::kinds;

/// Reports variables that nothing sets or declares, and faults that nothing raises.
pub(super) fn report(assembly: &Assembly, names: &Names<'_>, api: &Api, findings: &mut Findings) {
    report_never_set(names, findings);
    report_unknown(names, findings);
    report_never_declared(names, api, findings);
    report_never_raised(assembly, names, findings);
    report_roots_nearly(names, findings);
    report_calls_go_on(assembly, names, findings);
}

/// A variable that is read and set nowhere is most likely a typing mistake.
fn report_never_set(names: &Names<'_>, findings: &mut Findings) {
    // A step with an error may be the one that sets it.
    if names.dynamic || findings.errors() > 0 {
        return;
    }
    for (name, span) in names.reads.iter().filter(|(name, _)| !names.assigned.contains(name)) {
        if names.properties.iter().any(|property| property.name == *name) {
            continue;
        }
        let known = names.assigned.iter().map(|name| &**name).chain(names.properties.iter().map(|one| &*one.name));
        let near = nearest(name, known.chain(["request", "message", "api", "error", "system"]));
        let help = match near.as_slice() {
            [] => format!("set `{name}` in a step before this one, or declare it under `properties`").into(),
            near => did_you_mean(near),
        };
        let message = format!("nothing sets the variable `{name}`");
        findings.push(Diagnostic::warning(codes::NEVER_SET, *span, message).help(help));
    }
}

/// A name below a root of the gateway that it does not have is always empty, unless a step sets it.
fn report_unknown(names: &Names<'_>, findings: &mut Findings) {
    for Unknown { reference, span, carrier, is_set } in &names.unknown {
        let Root::Builtin(root) = reference.root else { continue };
        let sets_it = |written: &Reference| {
            written.root == reference.root && written.path.iter().zip(&reference.path).all(|(one, other)| one == other)
        };
        if !is_set && names.written.iter().any(sets_it) {
            continue;
        }
        let name = std::iter::once(root.name()).chain(reference.path.iter().map(|name| &**name));
        let message = format!("the gateway has no variable `{}`", name.collect::<Vec<_>>().join("."));
        let known = reference.variable();
        let near = match reference.unknown_member() {
            Some([first, ..]) => nearest(first, known.members()),
            _ => Vec::new(),
        };
        // A step may set what the gateway does not have, unless it is most likely mistyped.
        if *is_set && near.is_empty() {
            continue;
        }
        let help = match (near.first(), reference.unknown_member()) {
            (Some(near), _) => format!("did you mean `{}.{near}`?", known.name()),
            (None, Some(_)) => {
                let members: Vec<&str> = known.members().collect();
                match members.as_slice() {
                    [] => format!("`{}` has nothing below it", known.name()),
                    members => format!("`{}` has {}", known.name(), quoted_list(members)),
                }
            }
            (None, None) => "only the other generation has it; docs/variables.md lists them".to_owned(),
        };
        let finding = match carrier {
            Carrier::XAssembly => Diagnostic::error(codes::UNKNOWN_VARIABLE, *span, message),
            Carrier::Ibm | Carrier::Amazon => Diagnostic::warning(codes::UNKNOWN_VARIABLE, *span, message),
        };
        findings.push(finding.help(help));
    }
}

/// The v5 engine has declared parameters and no other, so one that no operation declares is never there.
fn report_never_declared(names: &Names<'_>, api: &Api, findings: &mut Findings) {
    if names.generation == Generation::V10 || names.dynamic {
        return;
    }
    let declared = || api.operations.iter().flat_map(|operation| &operation.parameters).map(|one| &*one.name);
    for (name, span) in &names.parameters {
        let in_path = || api.operations.iter().any(|operation| operation.path.parameters().contains(name));
        if declared().any(|known| known == &**name) || in_path() {
            continue;
        }
        let message = format!("no operation declares the parameter `{name}`, so it is always empty");
        let help = match nearest(name, declared()).as_slice() {
            [] => "declare it under `parameters`, with its type".to_owned(),
            near => format!("declare it under `parameters`, or did you mean {}?", quoted_list(near)),
        };
        findings.push(Diagnostic::warning(codes::NEVER_SET, *span, message).help(help));
    }
}

/// `set: mesage.body` sets a variable of that name, which nothing reads.
fn report_roots_nearly(names: &Names<'_>, findings: &mut Findings) {
    for (root, member, span) in &names.written_below {
        let is_read = names.reads.iter().any(|(name, _)| name == root);
        if is_read
            || names.dynamic
            || !Variable::Message.members().any(|known| known == &**member)
            || nearest(root, ["message"]).is_empty()
        {
            continue;
        }
        let message = format!("`{root}` is a variable that nothing reads");
        let help = format!("did you mean `message.{member}`?");
        findings.push(Diagnostic::warning(codes::NEVER_SET, *span, message).help(help));
    }
}

/// Calls that go on whatever happens raise no fault that a catch could take.
fn report_calls_go_on(assembly: &Assembly, names: &Names<'_>, findings: &mut Findings) {
    const OF_CALLS: [&str; 3] = [kinds::CONNECTION.name, kinds::OPERATION.name, kinds::SOAP.name];
    if names.raises_any || names.calls.as_ref().is_none_or(|stops| !stops.is_empty()) {
        return;
    }
    for catch in &assembly.catch {
        let Faults::Named(faults) = &catch.faults else { continue };
        let is_never = |name: &str| OF_CALLS.contains(&name) && !names.raised.contains(name);
        if let Some((name, span)) = faults.iter().find(|(name, _)| is_never(name)) {
            let message = format!("no step raises `{name}`: the calls of this assembly go on when they fail");
            let help = format!("write `stop-on-error: [{name}]` in the step that calls");
            findings.push(Diagnostic::warning(codes::SHADOWED_CATCH, *span, message).help(help));
        }
    }
}

/// A catch that names a fault which nothing raises, but nearly one that Gantry knows, is most likely mistyped.
fn report_never_raised(assembly: &Assembly, names: &Names<'_>, findings: &mut Findings) {
    if names.raises_any {
        return;
    }
    let known = || kinds::ALL.iter().map(|kind| kind.name).chain(names.raised.iter().map(|name| &**name));
    for catch in &assembly.catch {
        let Faults::Named(faults) = &catch.faults else { continue };
        for (name, span) in faults.iter().filter(|(name, _)| !known().any(|known| *known == **name)) {
            let near = nearest(name, known());
            if !near.is_empty() {
                let message = format!("nothing raises `{name}`, so this entry never takes it");
                let help = did_you_mean(&near);
                findings.push(Diagnostic::warning(codes::SHADOWED_CATCH, *span, message).help(help));
            }
        }
    }
}
