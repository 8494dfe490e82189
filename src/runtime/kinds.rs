//! The kinds of faults that Gantry raises itself.

use http::StatusCode;

/// The name and the message that the v5 engine gives to every fault before the assembly runs.
pub const PREFLOW: &str = "PreFlowError";
pub const PREFLOW_MESSAGE: &str = "unable to process the request";

/// A kind of fault: its name, what it descends from, and what a client sees when nothing catches it.
#[derive(Debug, PartialEq, Eq)]
pub struct FaultKind {
    pub name: &'static str,
    /// A catch on the ancestor takes this fault too.
    pub ancestor: Option<&'static FaultKind>,
    pub status: StatusCode,
    /// Whether the `default` entry of a catch takes it. IBM's gateway keeps refusals of the client out of `default`.
    pub by_default: bool,
}

macro_rules! kinds {
    ($($name:ident $text:literal $ancestor:expr, $status:ident $by_default:literal;)*) => {
        $(pub static $name: FaultKind = FaultKind {
            name: $text, ancestor: $ancestor, status: StatusCode::$status, by_default: $by_default,
        };)*
        /// All of them.
        pub static ALL: &[&FaultKind] = &[$(&$name),*];
    };
}

kinds! {
    CONNECTION "ConnectionError" None, INTERNAL_SERVER_ERROR true;
    OPERATION "OperationError" None, INTERNAL_SERVER_ERROR true;
    SOAP "SOAPError" None, INTERNAL_SERVER_ERROR true;
    PROPERTY "PropertyError" None, INTERNAL_SERVER_ERROR true;
    JAVASCRIPT "JavaScriptError" None, INTERNAL_SERVER_ERROR true;
    TRANSFORM "TransformError" None, INTERNAL_SERVER_ERROR true;
    REDACTION "RedactionError" None, INTERNAL_SERVER_ERROR true;
    VALIDATE "ValidateError" None, UNPROCESSABLE_ENTITY true;
    UNSUPPORTED "UnsupportedPolicyError" None, NOT_IMPLEMENTED true;
    RUNTIME "RuntimeError" None, INTERNAL_SERVER_ERROR true;
    ASSEMBLY_RATE_LIMIT "AssemblyRateLimitError" None, TOO_MANY_REQUESTS true;
    BAD_REQUEST "BadRequestError" None, BAD_REQUEST false;
    UNSUPPORTED_MEDIA_TYPE "UnsupportedMediaTypeError" None, UNSUPPORTED_MEDIA_TYPE false;
    UNAUTHORIZED "UnauthorizedError" None, UNAUTHORIZED false;
    FORBIDDEN "ForbiddenError" None, FORBIDDEN false;
    API_RULE "APIRuleError" None, BAD_REQUEST false;
    LAMBDA_FUNCTION "LambdaFunctionError" Some(&OPERATION), BAD_GATEWAY true;
    LAMBDA_TIMEOUT "LambdaTimeoutError" Some(&CONNECTION), GATEWAY_TIMEOUT true;
    LAMBDA_THROTTLED "LambdaThrottledError" Some(&OPERATION), TOO_MANY_REQUESTS true;
    LAMBDA_BUSY "LambdaBusyError" Some(&OPERATION), SERVICE_UNAVAILABLE true;
    LAMBDA_PAYLOAD_TOO_LARGE "LambdaPayloadTooLargeError" Some(&OPERATION), PAYLOAD_TOO_LARGE true;
    LAMBDA_PAYLOAD "LambdaPayloadError" Some(&OPERATION), BAD_REQUEST true;
    LAMBDA_RESPONSE "LambdaResponseError" Some(&OPERATION), BAD_GATEWAY true;
    LAMBDA_SERVICE "LambdaServiceError" Some(&OPERATION), BAD_GATEWAY true;
    AUTHORIZER "AuthorizerError" None, INTERNAL_SERVER_ERROR true;
    AUTHORIZER_FUNCTION "AuthorizerFunctionError" Some(&AUTHORIZER), INTERNAL_SERVER_ERROR true;
    LAMBDA_CREDENTIALS "LambdaCredentialsError" Some(&RUNTIME), INTERNAL_SERVER_ERROR true;
}
