//! Why an answer of a function is no response.

/// The most headers of an answer, and the most members that name them: several times of what any client takes.
pub(super) const MOST_HEADERS: usize = 1000;

/// Why a payload is no response. As text it has nothing that the function wrote: clients may see it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    #[error("the function's answer is not JSON")]
    NotJson,
    #[error("the function's answer is not a JSON object")]
    NotAnObject,
    #[error("the function's answer has no \"statusCode\"")]
    NoStatus,
    #[error("\"statusCode\" is not a status from 200 to 599")]
    Status(String),
    #[error("\"{0}\" is not an object")]
    NotAMap(&'static str),
    #[error("a value in \"multiValueHeaders\" is not a list")]
    NotAList(String),
    #[error("the value of a header is neither text, number nor boolean")]
    HeaderKind(String),
    #[error("a header has a name that no header can have")]
    HeaderName(String),
    #[error("the value of a header has characters that no header can carry")]
    HeaderValue(String),
    #[error("there are more than {} headers", MOST_HEADERS)]
    TooManyHeaders,
    #[error("\"body\" is not a string")]
    BodyKind,
    #[error("\"isBase64Encoded\" is neither true nor false")]
    Flag,
    #[error("\"body\" is marked as base64, but is not")]
    Base64,
    #[error("the function's answer has a member that no proxy response has")]
    UnknownMember(String),
}

impl ProxyError {
    /// The invalid text that the function wrote, for the log.
    pub fn written(&self) -> Option<&str> {
        match self {
            ProxyError::Status(text)
            | ProxyError::NotAList(text)
            | ProxyError::HeaderKind(text)
            | ProxyError::HeaderName(text)
            | ProxyError::HeaderValue(text)
            | ProxyError::UnknownMember(text) => Some(text),
            _ => None,
        }
    }
}
