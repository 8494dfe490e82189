//! The data a request carries: [`Value`]s, [`Body`] and [`Message`], and [`Secret`]s that never print.

mod attributes;
mod authorization;
mod body;
mod coding;
mod digits;
pub mod form;
mod header_list;
mod headers;
mod json;
mod json_limits;
mod message;
mod outliving;
mod panic;
mod room;
mod seconds;
mod secret;
mod spelling;
mod stream;
mod unique_json;
mod xml;

pub use attributes::{Attributes, Facts};
pub use authorization::{Authorization, is_token};
pub use body::{Body, BodyError, BodyTimeout, read};
pub use coding::gzip;
pub use digits::{century_and_year, two_digits};
pub use header_list::split_list;
pub use headers::{Headers, JSON};
pub use json::{
    JsonError, Kind, List, ListIter, LongNumbers, Members, Number, Object, ObjectIter, Value, ValueRef, tree_bytes,
    without_mark,
};
pub use json_limits::{JsonLimits, JsonMetrics, LimitError};
pub use message::Message;
pub use panic::{joined, panic_message};
pub use room::{DEFAULT_ROOM, NoRoom, Room, room_held, set_room};
pub use seconds::Seconds;
pub use secret::Secret;
pub use spelling::spelled;
pub use stream::{BodyStream, BoxError};
pub use unique_json::{parse_unique, parse_unique_object};
pub use xml::{
    Attribute, Declaration, JsonConvention, MAX_XML_DEPTH, NodeId, Xml, XmlBuilder, XmlError, XmlLimits, XmlMetrics,
    XmlName, XmlNode, XmlRoot, is_qualified_name, is_xml_char,
};
