//! Running the tests of a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use indexmap::IndexMap;

use super::checks::read_date;
use super::client;
use super::coverage::Coverage;
use super::expect::check;
use super::fill::{Fill, Values, text_of};
use super::format::{Exchange, Run, Test};
use super::local::start_local;
use super::observed::Observer;
use super::outcome::{Failure, FileOutcome, TestOutcome};
use super::places::Places;
use super::saved::SavedFrom;
use super::stand_ins::StandIns;
use super::suite::Suite;
use super::verdict::Verdict;
use crate::base::{Findings, Sources};
use crate::expression::Fixed;
use crate::load::{Load, Paths, load};
use crate::local_lambda::LocalLambda;
use crate::resources::{LoadContext, Resources};
use crate::server::InProcess;
use crate::settings::Purpose;
use crate::telemetry::Metrics;

/// How long calls in the background may take after the answer.
const BACKGROUND: Duration = Duration::from_secs(10);

/// A selection of tests, and the folders that documents may name.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only tests whose names have this text.
    pub filter: Option<String>,
    /// Folders whose files documents may name, besides their own.
    pub files_from: Vec<PathBuf>,
    /// Nothing is run: the tests are only listed.
    pub list: bool,
}

/// Runs the tests of a file. What ran of its documents is added to the coverage.
pub async fn run_file(path: &Path, selection: &Selection, coverage: &mut Coverage) -> FileOutcome {
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let (mut tests, mut read, file) = (Vec::new(), Vec::new(), path.to_owned());
    let Ok(suite) = Suite::read(path, &mut sources, &mut findings) else {
        return FileOutcome { file, sources, findings, tests, read };
    };
    let runs = runs(&suite, selection);
    if selection.list || runs.is_empty() {
        let listed = |run: &Case| run.outcome(suite.places(&sources), Duration::ZERO, Vec::new());
        tests.extend(runs.iter().map(listed));
        return FileOutcome { file, sources, findings, tests, read };
    }
    let local = match start_local(&suite, runs.iter().any(|run| run.wants_local(&suite))).await {
        Ok(local) => local.map(Arc::new),
        Err(message) => {
            let failure = |run: &Case| {
                vec![Failure {
                    message: message.clone(),
                    difference: None,
                    place: suite.places(&sources).place(&run.at()),
                    step: None,
                }]
            };
            tests.extend(runs.iter().map(|run| run.outcome(suite.places(&sources), Duration::ZERO, failure(run))));
            return FileOutcome { file, sources, findings, tests, read };
        }
    };
    // The first load is for its findings, and for what there is to cover.
    let stand_ins = StandIns::new(IndexMap::new(), Vec::new(), None);
    let loaded = documents(&suite, &Resources::asking(stand_ins), selection);
    coverage.add(&loaded, &suite.environment);
    read.extend(loaded.documents.iter().chain(&loaded.referred).cloned());
    if loaded.snapshot.is_none() {
        let Load { sources, findings, .. } = loaded;
        return FileOutcome { file, sources, findings, tests, read };
    }
    let titles = coverage.titles();
    for run in runs {
        let started = Instant::now();
        let places = suite.places(&sources);
        let failures = run.run(&suite, selection, (places, &titles), local.clone(), coverage).await;
        tests.push(run.outcome(places, started.elapsed(), failures));
    }
    if let Some(local) = local.and_then(Arc::into_inner) {
        local.shutdown().await;
    }
    FileOutcome { file, sources, findings, tests, read }
}

fn documents(suite: &Suite, resources: &Resources, selection: &Selection) -> Load {
    let around =
        LoadContext { settings: &suite.live, resources, environment: &suite.environment, purpose: Purpose::Serve };
    load(Paths { documents: &suite.documents, files_from: &selection.files_from }, around, &|_| {})
}

/// A test with one row of its table.
struct Case<'s> {
    test: &'s Test,
    number: usize,
    row: Values,
    /// Its name, with the row.
    name: String,
}

fn runs<'s>(suite: &'s Suite, selection: &Selection) -> Vec<Case<'s>> {
    let cases = suite.file.tests.iter().enumerate().flat_map(|(number, test)| {
        let rows = if test.cases.is_empty() { vec![Values::new()] } else { test.cases.clone() };
        rows.into_iter().map(move |row| {
            let shown: Vec<String> = row.iter().map(|(key, value)| format!("{key}: {}", text_of(value))).collect();
            let row_name = if shown.is_empty() { String::new() } else { format!(" [{}]", shown.join(", ")) };
            Case { test, number, name: format!("{}{row_name}", test.name), row }
        })
    });
    let wanted = |case: &Case| selection.filter.as_ref().is_none_or(|text| case.name.contains(text.as_str()));
    cases.filter(wanted).collect()
}

impl Case<'_> {
    fn at(&self) -> String {
        format!("/tests/{}", self.number)
    }

    fn outcome(&self, places: Places<'_>, took: Duration, failures: Vec<Failure>) -> TestOutcome {
        TestOutcome { name: self.name.clone(), place: places.place(&self.at()), took, failures }
    }

    fn wants_local(&self, suite: &Suite) -> bool {
        suite.file.functions.values().chain(self.test.functions.values()).any(|one| one.run == Some(Run::Local))
    }

    fn stand_ins(&self, suite: &Suite, local: Option<Arc<LocalLambda>>) -> Arc<StandIns> {
        let (mut own, mut services) = (self.test.functions.clone(), Vec::new());
        own.fill(&self.row);
        // Those of the file are for every row: of what is written in them only `$${…}` is replaced.
        let none = Values::new();
        let mut functions = suite.file.functions.clone();
        functions.fill(&none);
        functions.extend(own);
        for (url, operations) in &self.test.services {
            let (mut url, mut operations) = (url.clone(), operations.clone());
            url.fill(&self.row);
            operations.fill(&self.row);
            services.push((url, operations));
        }
        let mut of_file = suite.file.services.clone();
        of_file.fill(&none);
        services.extend(of_file);
        StandIns::new(functions, services, local)
    }

    /// Runs the test in a gateway of its own.
    async fn run(
        &self,
        suite: &Suite,
        selection: &Selection,
        (places, titles): (Places<'_>, &[String]),
        local: Option<Arc<LocalLambda>>,
        coverage: &mut Coverage,
    ) -> Vec<Failure> {
        let stand_ins = self.stand_ins(suite, local);
        let resources = Resources::asking(stand_ins.clone());
        // That the documents can be served is known.
        let Some(snapshot) = documents(suite, &resources, selection).snapshot else { return Vec::new() };
        let at = self.test.at.as_deref().and_then(read_date).map(SystemTime::from);
        let observer = Observer::new(Fixed { at, random: self.test.random });
        let (metrics, background) = (Arc::new(Metrics::of(&resources)), resources.background().clone());
        let server = InProcess::new(snapshot, &suite.server, metrics, background, observer.clone());
        let mut values = self.row.clone();
        for (number, exchange) in self.test.requests.iter().enumerate() {
            let mut exchange = exchange.clone();
            exchange.fill(&values);
            let at = format!("{}/requests/{number}", self.at());
            observer.ask(exchange.variables.keys().cloned());
            let answered = client::send(server.connect(), &exchange.request).await;
            drop(tokio::time::timeout(BACKGROUND, resources.background().idle()).await);
            let (seen, made) = (observer.take(), stand_ins.take_calls());
            coverage.ran(&seen.steps);
            let mut verdict = Verdict::new(places, &at, seen.responsible());
            match answered {
                Err(message) => verdict.fail("/request", message, None),
                Ok(answered) => {
                    check(&exchange, &answered, (&seen, titles), &made, &mut verdict);
                    save(&exchange, &answered, &mut values, &mut verdict);
                }
            }
            // Later requests build on the one that has failed.
            if !verdict.failures.is_empty() {
                made.iter().filter_map(|call| call.note.as_deref()).for_each(|note| verdict.note(note));
                return verdict.failures;
            }
        }
        Vec::new()
    }
}

/// Keeps the values that later requests use.
fn save(exchange: &Exchange, answered: &client::Answered, values: &mut Values, verdict: &mut Verdict<'_>) {
    for (name, from) in &exchange.save {
        match SavedFrom::read(from).and_then(|from| from.find(answered)) {
            Some(value) => drop(values.insert(name.clone(), value)),
            None => verdict.fail(&format!("/save/{name}"), format!("the answer has no `{from}`"), None),
        }
    }
}
