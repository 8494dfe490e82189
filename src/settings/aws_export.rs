//! What exports of AWS API Gateway leave open: the names in them that AWS and its tools would fill in.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What `${AWS::Region}`, `Ref`, `Fn::Sub` and other placeholders in exports of AWS API Gateway stand for.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct AwsExport {
    /// `AWS::Region`. Default: `region` under `aws`, then AWS_REGION.
    pub region: Option<String>,
    /// `AWS::AccountId`. Default: `account-id` under `event-context`.
    pub account: Option<String>,
    /// `AWS::Partition`. Default: the region's, such as `aws` or `aws-cn`.
    pub partition: Option<String>,
    /// `AWS::StackName`.
    pub stack_name: Option<String>,
    /// Values by name: a parameter or resource (`OrdersTable`), an attribute (`OrdersFunction.Arn`), a variable of Terraform
    /// (`function_name`).
    pub parameters: IndexMap<String, String>,
    /// A YAML or JSON file with more of them: a map of names to values, or the list of `ParameterKey` and `ParameterValue` that
    /// the AWS command line takes.
    pub parameters_file: Option<String>,
}
