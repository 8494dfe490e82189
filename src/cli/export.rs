//! `gantry export`: what a load made of the documents, as JSON.

use std::sync::Arc;

use serde_json::{Value, json};

use super::arguments::ExportArguments;
use super::exit::Exit;
use super::load::load;
use super::print;
use crate::runtime::{CatchNames, ErrorFormat, Handler, Op, Pipeline, Snapshot};

pub fn run(arguments: &ExportArguments) -> Exit {
    match load(&arguments.input) {
        Ok(load) => {
            print::text(&format!("{:#}\n", load.snapshot.map_or(Value::Null, |snapshot| compiled(&snapshot))));
            Exit::Good
        }
        Err(exit) => exit,
    }
}

/// Every route, and every pipeline once: routes share them.
fn compiled(snapshot: &Snapshot) -> Value {
    let mut pipelines: Vec<&Arc<Pipeline>> = Vec::new();
    let routes: Vec<Value> = snapshot
        .all
        .iter()
        .map(|route| {
            let known = pipelines.iter().position(|known| Arc::ptr_eq(known, &route.pipeline));
            let number = known.unwrap_or_else(|| {
                pipelines.push(&route.pipeline);
                pipelines.len() - 1
            });
            json!({
                "verb": route.verb.as_ref().map_or("any", |verb| verb.as_str()),
                "path": &*route.operation.full_path,
                "operation": route.operation.id.as_deref(),
                "api": &*route.api.name,
                "pipeline": number,
            })
        })
        .collect();
    json!({
        "gantry": env!("CARGO_PKG_VERSION"),
        "routes": routes,
        "pipelines": pipelines.into_iter().map(|one| pipeline(one)).collect::<Vec<_>>(),
    })
}

fn pipeline(pipeline: &Pipeline) -> Value {
    let names = (0..pipeline.symbols.len()).filter_map(|slot| u16::try_from(slot).ok());
    let starts = |slot| pipeline.initial.iter().any(|(known, _)| *known == slot);
    let slots = names.map(|slot| json!({"slot": slot, "name": pipeline.symbols.name(slot), "property": starts(slot)}));
    json!({
        "error_format": match pipeline.error_format {
            ErrorFormat::V10 => "v10",
            ErrorFormat::V5 => "v5",
        },
        "keeps_request_body": pipeline.keeps_request_body,
        "slots": slots.collect::<Vec<_>>(),
        "ops": (0..pipeline.ops.len()).map(|at| op(pipeline, at)).collect::<Vec<_>>(),
        "handlers": pipeline.handlers.iter().map(handler).collect::<Vec<_>>(),
        "finally": pipeline.finally,
    })
}

fn op(pipeline: &Pipeline, at: usize) -> Value {
    let mut object = match &pipeline.ops[at] {
        Op::Step(_) => json!({"at": at, "op": "step"}),
        Op::Branch { otherwise, .. } => json!({"at": at, "op": "branch", "otherwise": otherwise}),
        Op::LoadBody => json!({"at": at, "op": "load-body"}),
        Op::Jump(to) => json!({"at": at, "op": "jump", "to": to}),
        Op::Stop => json!({"at": at, "op": "stop"}),
    };
    if matches!(pipeline.ops[at], Op::Step(_)) && pipeline.info[at].is_none() {
        object["before_assembly"] = json!(true);
    }
    if let Some(step) = &pipeline.info[at] {
        object["policy"] = json!(&*step.policy);
        object["title"] = json!(&*step.title);
        object["place"] = json!(&*step.place);
    }
    object
}

fn handler(handler: &Handler) -> Value {
    let catches = match &handler.faults {
        CatchNames::Default => json!("default"),
        CatchNames::Named(names) => names.iter().map(|name| &**name).collect(),
    };
    json!({"guards": {"from": handler.ops.start, "to": handler.ops.end}, "catches": catches, "entry": handler.entry})
}
