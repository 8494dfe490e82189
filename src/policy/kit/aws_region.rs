//! The region that a step calls or signs for: its own, that of the ARN or host, that of the settings or the environment.

use crate::aws::endpoint::{mistyped_region, region_from_environment};
use crate::base::{Reported, codes};
use crate::policy::Compiler;

/// The properties of a step from which its region follows.
pub(crate) struct StepRegion<'c> {
    /// The JSON pointer of `region`.
    pub pointer: &'static str,
    /// The text of `region`.
    pub written: Option<&'c str>,
    /// The region in the step's ARN or host.
    pub implied: Option<&'c str>,
    /// The name of the source of `implied` in findings, such as `the ARN`.
    pub implied_by: &'static str,
    /// The JSON pointer of the finding where no region is known, and what the region is for.
    pub owner: (&'static str, &'static str),
    /// Whether the embedded Lambda service, where it runs, gives the region that is missing.
    pub lambda: bool,
}

impl StepRegion<'_> {
    /// The region, or a finding that says why there is none.
    pub(crate) fn compile(&self, compiler: &mut Compiler<'_, '_>) -> Result<String, Reported> {
        let written = match self.written {
            Some(text) => Some(self.checked(compiler.constant(self.pointer, text)?, compiler)?),
            None => None,
        };
        let aws = &compiler.shared.settings.aws;
        let local = || aws.local.as_ref().filter(|_| self.lambda).map(|local| local.region.clone());
        let own = written.or_else(|| self.implied.map(str::to_owned));
        if let Some(region) = own.or_else(|| aws.region.clone()).or_else(region_from_environment).or_else(local) {
            return Ok(region);
        }
        let help = "write `region: eu-west-1` here, or set `aws: {region: …}` in the settings, or AWS_REGION";
        let (pointer, owner) = self.owner;
        compiler.missing_setting(codes::NO_REGION, pointer, format!("no region is known for {owner}"), help)?;
        // A check goes on with any region.
        Ok("us-east-1".to_owned())
    }

    fn checked(&self, region: String, compiler: &mut Compiler<'_, '_>) -> Result<String, Reported> {
        let is_region = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if region.is_empty() || !region.bytes().all(is_region) {
            let message = format!("`{region}` is not a region");
            let help = "write a region such as `eu-central-1`";
            return Err(compiler.error_with_help(codes::BAD_VALUE, self.pointer, message, help));
        }
        if let Some(near) = mistyped_region(&region) {
            let message = format!("AWS has no region `{region}` that Gantry knows");
            compiler.warning(codes::UNKNOWN_REGION, self.pointer, message, format!("did you mean `{near}`?"));
        }
        match self.implied {
            Some(implied) if implied != region => {
                let message = format!("{} says `{implied}`, but `region` is `{region}`", self.implied_by);
                let help = format!("remove `region`: {}'s region is used", self.implied_by);
                Err(compiler.error_with_help(codes::REGION_CONFLICT, self.pointer, message, help))
            }
            _ => Ok(region),
        }
    }
}
