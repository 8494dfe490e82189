//! `gantry trace`: what happened to a request of a gateway that runs.

mod admin;
mod tree;
mod view;

use std::time::Duration;

use super::arguments::TraceArguments;
use super::exit::Exit;
use super::print;
use super::serve::block_on;
use crate::runtime::Record;
use crate::test::test_of;
use admin::Admin;

/// How often the gateway is asked for new records.
const PAUSE: Duration = Duration::from_millis(300);

pub fn run(arguments: &TraceArguments) -> Exit {
    block_on(async {
        match show(arguments).await {
            Ok(()) => Exit::Good,
            Err(message) => {
                complain!("{message}");
                Exit::Failed
            }
        }
    })
}

/// The error is a sentence with what to type.
async fn show(arguments: &TraceArguments) -> Result<(), String> {
    let admin = Admin::new(&arguments.admin, arguments.token.as_deref())?;
    if arguments.follow {
        return follow(&admin, arguments.json).await;
    }
    let id = match &arguments.id {
        Some(id) => id.clone(),
        None => match admin.since(0).await?.pop() {
            Some(last) => last.id,
            None => return Err("no request has been recorded yet: send one, and ask again".to_owned()),
        },
    };
    let record = admin.record(&id).await?;
    let record = record
        .ok_or_else(|| format!("there is no record of {id}, or none any more; `gantry trace` shows the last one"))?;
    match arguments.test {
        true => print::text(&test_of(&record)),
        false => print_record(&record, arguments.json),
    }
    Ok(())
}

/// Shows every request that ends from now on.
async fn follow(admin: &Admin, json: bool) -> Result<(), String> {
    let mut number = admin.since(0).await?.last().map_or(0, |last| last.number);
    while print::is_complete() {
        let mut left = 0;
        for new in admin.since(number).await? {
            left += new.number.saturating_sub(number + 1);
            number = new.number;
            match admin.record(&new.id).await? {
                Some(record) => print_record(&record, json),
                // It has made room for others in the meantime.
                None => left += 1,
            }
        }
        if left > 0 {
            let records = print::count(usize::try_from(left).unwrap_or(usize::MAX), "record");
            complain!("{records} left before they could be shown; `traces.record.requests` keeps more");
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

fn print_record(record: &Record, json: bool) {
    match json {
        true => print::text(&(serde_json::to_string(record).unwrap_or_default() + "\n")),
        false => print::text(&(view::of(record).render() + "\n")),
    }
}
