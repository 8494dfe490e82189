#![forbid(unsafe_code)]
pub mod diagnostics;
pub mod value;
pub mod source;
pub mod settings;
pub mod openapi;
pub mod assembly;
pub mod expression;
pub mod runtime;
