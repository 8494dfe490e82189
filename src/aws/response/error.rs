//! Why an answer of a function is no response.

/// The most headers of an answer, and the most members that name them: several times of what any client takes.
pub(super) const MOST_HEADERS: usize = 1000;

/// Why a payload is no response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    #[error("the function's answer is not JSON")]
    NotJson,
    #[error("the function's answer is not a JSON object")]
    NotAnObject,
    #[error("the function's answer has no \"statusCode\"")]
    NoStatus,
    #[error("\"statusCode\" is {0}, not a status from 200 to 599")]
    Status(String),
    #[error("\"{0}\" is not an object")]
    NotAMap(&'static str),
    #[error("the value of header \"{0}\" is neither text, number nor boolean")]
    HeaderKind(String),
    #[error("\"{0}\" cannot be the name of a header")]
    HeaderName(String),
    #[error("the value of header \"{0}\" has characters that no header can carry")]
    HeaderValue(String),
    #[error("there are more than {} headers", MOST_HEADERS)]
    TooManyHeaders,
    #[error("\"body\" is not a string")]
    BodyKind,
    #[error("\"isBase64Encoded\" is neither true nor false")]
    Flag,
    #[error("\"body\" is marked as base64, but is not")]
    Base64,
    #[error("\"{0}\" is not a member of a proxy response")]
    UnknownMember(String),
}
