//! Names of faults in `stop-on-error`.

use crate::base::{Reported, codes, did_you_mean, nearest, quoted_list};
use crate::policy::Compiler;

impl Compiler<'_, '_> {
    /// Reports names in `stop-on-error` that are none of the faults that the step can raise.
    pub(crate) fn check_stop_on_error(&mut self, names: &[String], known: &[&str]) -> Result<(), Reported> {
        let mut unknown = None;
        for (index, name) in names.iter().enumerate().filter(|(_, name)| !known.contains(&name.as_str())) {
            let help = match nearest(name, known.iter().copied()).as_slice() {
                [] if known.len() > 6 => format!("docs/policies/{}.md lists the faults", self.meta.name).into(),
                [] => format!("write {}", quoted_list(known)).into(),
                near => did_you_mean(near),
            };
            let message = format!("`{}` raises no `{name}`", self.meta.name);
            unknown = Some(self.error_with_help(codes::BAD_VALUE, &format!("/stop-on-error/{index}"), message, help));
        }
        unknown.map_or(Ok(()), Err)
    }
}
