//! The callers of APIs: the directory of applications and plans, the registries and providers that know people and tokens, and the
//! guard with the checks of each operation.

mod application;
mod authorizer;
mod catalog;
mod check;
mod credentials;
mod directory;
mod guard;
mod limit;
mod offer;
mod preflow;
mod product_file;
mod provider;
mod refusal;
mod target;
mod user_registry;

pub use application::{caller, sent_key};
pub use catalog::Catalog;
pub use check::{Check, Demanded, Outputs, keep};
pub use credentials::{Sent, basic, basic_of, name_and_password};
pub use directory::{Credentials, Directory, Member, Stranger};
pub use guard::{Guard, Way, not_enforced};
pub use limit::{Limit, LimitRules};
pub use preflow::{security_fault, stranger_fault};
pub use product_file::{ProductFile, is_product_file};
pub use provider::Provider;
pub use refusal::{Refusal, fault};
pub use target::TargetCompiler;
pub use user_registry::{Approval, Denial, UserRegistry};
