//! The two gateways of IBM whose rules a step may follow.

/// The gateway whose rules a step without a version follows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Generation {
    /// The DataPower API Gateway: 2.x policies, JSONata conditions, `{httpCode, httpMessage, moreInformation}`.
    #[default]
    V10,
    /// The v5 engine: 1.x policies, JavaScript conditions, `{name, message}`.
    V5,
}
