//! The comparison.

use super::changes::{Change, Changes, Topic, Weight};
use super::facts::{Route, Served};
use super::steps;

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
        steps::properties(name, "", &before.settings, &api.settings, &api.place, &mut changes);
    }
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
    parameters(name, old, new, changes);
    steps::compare(name, &old.steps, &new.steps, changes);
}

fn parameters(route: &str, old: &Route, new: &Route, changes: &mut Changes) {
    for (name, asked) in &new.parameters {
        let must = if asked.required { "must be sent" } else { "may be sent" };
        let (weight, sentence) = match old.parameters.get(name) {
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
    for (name, _) in old.parameters.iter().filter(|(name, _)| !new.parameters.contains_key(*name)) {
        let sentence = format!("the {name} is gone");
        changes.add(route, Change::new(Topic::Parameters, Weight::Removed, sentence, new.place.clone()));
    }
}
