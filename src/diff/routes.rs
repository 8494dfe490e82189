//! The comparison.

use super::changes::{Change, Changes, Topic, Weight};
use super::facts::{Route, Served};
use super::properties::Written;
use super::values::{self, Owner};
use super::{rest, steps};

/// All differences from `old` to `new`.
pub fn compare(old: &Served, new: &Served) -> Changes {
    let mut changes = Changes::default();
    for (key, route) in &new.routes {
        match old.routes.get(key) {
            Some(before) => of_route(&route.name, before, route, &mut changes),
            None => {
                let sentence = format!("is new, for {}", route.access.words());
                changes.add(&route.name, Change::new(Topic::Routes, Weight::Added, sentence, route.place.clone()));
            }
        }
    }
    for (_, route) in old.routes.iter().filter(|(key, _)| !new.routes.contains_key(*key)) {
        changes.add(&route.name, Change::new(Topic::Routes, Weight::Careful, "is gone", route.place.clone()));
    }
    for (name, api) in &new.apis {
        let Some(before) = old.apis.get(name) else { continue };
        if before.version != api.version {
            let sentence = format!("the version was `{}`, is `{}`", before.version, api.version);
            changes.add(name, Change::new(Topic::Properties, Weight::Changed, sentence, api.place.clone()));
        }
        let settings = Owner { subject: name, name: "", topic: &|_| Topic::Properties, careful: &|_| false };
        values::compare(&settings, &before.settings, &api.settings, &mut changes);
    }
    remainder(old, new, &mut changes);
    changes.sort();
    changes
}

fn of_route(name: &str, old: &Route, new: &Route, changes: &mut Changes) {
    if old.api != new.api {
        let sentence = format!("was a route of `{}`, is one of `{}`", old.api, new.api);
        changes.add(name, Change::new(Topic::Routes, Weight::Changed, sentence, new.place.clone()));
    }
    if old.access != new.access {
        let sentence = format!("was for {}, is for {}", old.access.words(), new.access.words());
        changes.add(name, Change::new(Topic::Access, Weight::Careful, sentence, new.place.clone()));
    }
    for (scheme, written) in &new.schemes {
        let Some(before) = old.schemes.get(scheme) else { continue };
        let owner = format!("the scheme `{scheme}`");
        let owner = Owner { subject: name, name: &owner, topic: &|_| Topic::Access, careful: &|_| true };
        values::compare(&owner, before, written, changes);
    }
    parameters(name, old, new, changes);
    steps::compare(name, &old.steps, &new.steps, changes);
}

/// The changes that no other part has told of.
fn remainder(old: &Served, new: &Served, changes: &mut Changes) {
    let mut rest = Changes::default();
    let mut add = |subject: &str, before: &Written, now: &Written| {
        let careful = |pointer: &str| rest::topic(pointer) == Topic::Parameters;
        let owner = Owner { subject, name: "", topic: &rest::topic, careful: &careful };
        values::compare(&owner, before, now, &mut rest);
    };
    let apis = new.apis.iter().filter_map(|(name, api)| Some((name, old.apis.get(name)?, api)));
    apis.for_each(|(name, before, api)| add(name, &before.rest, &api.rest));
    let routes = new.routes.iter().filter_map(|(key, route)| Some((old.routes.get(key)?, route)));
    routes.for_each(|(before, route)| add(&route.name, &before.rest, &route.rest));
    for (name, (path, text)) in &new.files {
        let Some((_, before)) = old.files.get(name).filter(|(_, before)| before != text) else { continue };
        let lines = match (std::str::from_utf8(before), std::str::from_utf8(text)) {
            (Ok(before), Ok(text)) => values::lines(before, text),
            _ => Vec::new(),
        };
        let change = Change::new(Topic::Rest, Weight::Changed, "the file has changed", path.clone());
        rest.add(name, Change { lines, ..change });
    }
    let told: Vec<String> = changes.0.iter().map(|change| change.place.clone()).collect();
    let is_file = |place: &str, file: &str| place.strip_prefix(file).is_some_and(|rest| rest.starts_with(':'));
    let is_told = |place: &str| told.iter().any(|told| told == place || is_file(told, place));
    changes.0.extend(rest.0.into_iter().filter(|change| !is_told(&change.place)));
}

fn parameters(route: &str, old: &Route, new: &Route, changes: &mut Changes) {
    for (key, asked) in &new.parameters {
        let (name, before) = (&asked.name, old.parameters.get(key));
        if let Some(before) = before {
            let owner = format!("the {name}");
            let owner = Owner { subject: route, name: &owner, topic: &|_| Topic::Parameters, careful: &|_| true };
            values::compare(&owner, &before.rest, &asked.rest, changes);
        }
        let must = if asked.required { "must be sent" } else { "may be sent" };
        let (weight, sentence) = match before {
            None if asked.required => (Weight::Careful, format!("the {name} is new, and {must}")),
            None => (Weight::Added, format!("the {name} is new, and {must}")),
            Some(before) if before.required != asked.required && asked.required => {
                (Weight::Careful, format!("the {name} {must} now"))
            }
            Some(before) if before.required != asked.required => (Weight::Changed, format!("the {name} {must} now")),
            Some(before) if before.kind != asked.kind => {
                let kind = |kind: &str| if kind.is_empty() { "anything".to_owned() } else { format!("`{kind}`") };
                let sentence = format!("the {name} was {}, is {}", kind(&before.kind), kind(&asked.kind));
                (Weight::Careful, sentence)
            }
            Some(_) => continue,
        };
        changes.add(route, Change::new(Topic::Parameters, weight, sentence, asked.place.clone()));
    }
    for (_, asked) in old.parameters.iter().filter(|(key, _)| !new.parameters.contains_key(*key)) {
        let sentence = format!("the {} is gone", asked.name);
        changes.add(route, Change::new(Topic::Parameters, Weight::Removed, sentence, asked.place.clone()));
    }
}
